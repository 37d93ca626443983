import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { networkUrls } from "../../src/cli/output/network-urls.js";
import { networkAddresses } from "../../src/tls/issue/network-names.js";
import { runCli, startCli } from "../support/cli.js";
import { connectSocket } from "../support/h2.js";
import { writeSite } from "../support/site.js";

const addresses = ["192.0.2.7", "2001:db8::7"];

test.each<[host: string, urls: string[]]>([
  ["0.0.0.0", ["https://192.0.2.7:8443/"]],
  ["::", ["https://192.0.2.7:8443/", "https://[2001:db8::7]:8443/"]],
  ["localhost", []],
  ["192.0.2.7", []],
  ["unix:/run/h2push.sock", []],
])("a server on %s is reached from the network by %j beside its own URL", (host, urls) => {
  expect(networkUrls(host, 8443, "/", addresses)).toEqual(urls);
});

test("loopback and link-local addresses are none of the network", () => {
  const entry = { netmask: "", mac: "", cidr: null, family: "IPv6" as const, scopeid: 0 };
  const interfaces = {
    lo: [{ ...entry, internal: true, address: "::1" }],
    eth0: [
      { ...entry, internal: false, address: "fe80::1" },
      { ...entry, internal: false, address: "2001:db8::7" },
    ],
  };
  expect(networkAddresses(interfaces)).toEqual(["2001:db8::7"]);
});

const site = () => writeSite({ "index.html": "hi" });
const own = networkAddresses(networkInterfaces()).find((address) => address.includes("."));

test.skipIf(own === undefined)(
  "--host 0.0.0.0 prints the URLs of this machine, which its certificate is for",
  async () => {
    const cli = await startCli([await site(), "-p", "0", "-H", "0.0.0.0"]);
    await cli.prints(/Ctrl\+C/);
    const port = await cli.port();
    expect(cli.stdout).toContain(`\n  network      https://${own}:${port}/\n`);
    expect((await connectSocket(port)).getPeerCertificate().subjectaltname).toContain(`IP Address:${own}`);
  },
);

test.skipIf(own === undefined)("--qr draws the URL, also under --quiet", async () => {
  const cli = await startCli([await site(), "-p", "0", "-H", "0.0.0.0", "--qr", "-q"]);
  await cli.prints(/█[▀▄█ \n]+\nhttps:\/\/[\d.]+:\d+\/\n/);
  expect(cli.stdout).toMatch(new RegExp(`^https://localhost:\\d+/\n[▀▄█ \n]+\nhttps://${own}:\\d+/\n`));
});

test.each(["localhost", "127.0.0.1", "unix:a.sock"])(
  "--qr with --host %s is refused: nobody could use it",
  async (host) => {
    const port = host.startsWith("unix:") ? [] : ["-p", "0"];
    expect(await runCli([await site(), ...port, "-H", host, "--qr"])).toEqual({
      code: 2,
      stdout: "",
      stderr: `error: --qr with --host ${host}: no other device reaches it\nlisten on the network too: --host 0.0.0.0\n`,
    });
  },
);
