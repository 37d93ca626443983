import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inOurWords } from "../../src/cli/options/known-flags.js";
import { H2PushError } from "../../src/errors.js";
import { runCli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { http1 } from "../support/h1.js";
import { writeSite } from "../support/site.js";

const words = (text: string) => text.split(" ").filter((word) => word !== "");

test.each([
  ["site --host", "site --host 0.0.0.0"],
  ["site --host -p 3000", "site --host 0.0.0.0 -p 3000"],
  ["site --host 127.0.0.1", "site --host 127.0.0.1"],
  ["site --host=127.0.0.1", "site --host 127.0.0.1"],
  ["site --https", "site"],
  ["site --https -S=x --no", undefined],
  ["site --ssl --tls", "site"],
  ["site -o /docs/", "site --open=/docs/"],
  ["site -o", "site --open"],
  ["site -o -p 0", "site --open -p 0"],
  ["site --cors=*", "site --cors=*"],
  ["site --cors", "site --cors"],
  ["site -l 3000", "site --port 3000"],
  ["site -l3000", "site --port 3000"],
  ["site --listen tcp://0.0.0.0:5000", "site --host 0.0.0.0 --port 5000"],
  ["site --listen tcp://[::1]:5000", "site --host ::1 --port 5000"],
  ["site --listen unix:/tmp/s.sock", "site --host unix:/tmp/s.sock"],
  ["site -l silent", "site --quiet"],
  ["site --logLevel info", "site"],
  ["site --logLevel=error", "site --quiet"],
  ["site --silent", "site --quiet"],
  ["site -a 127.0.0.1", "site --host 127.0.0.1"],
  ["site -d false -i false", undefined],
  ["site -d false", "site"],
  ["site -d=false", "site"],
  ["site -d true", "site --list"],
  ["site -i -g -b --gzip --brotli", "site"],
  ["site -e html", "site"],
  ["site -ehtml", "site"],
  ["site -u", "site --no-compress"],
  ["site -L", "site --log off"],
  ["site --no-request-logging -n --no-clipboard", "site --log off"],
  ["site -p 3000 --strictPort", "site -p 3000"],
  ["site --strictPort false", "site"],
  ["site -l 3000 --no-port-switching", "site --port 3000"],
  ["--outDir dist", "dist"],
  ["site --ssl-cert c.pem --ssl-key k.pem --ssl-pass p.txt", "site --cert c.pem --key k.pem --passphrase @p.txt"],
  ["site --no-clearScreen --clearScreen false", "site"],
  ["site -c my.json --single --symlinks --no-dotfiles", "site -c my.json --single --symlinks --no-dotfiles"],
  ["site -C c.pem -K k.pem", "site -C c.pem -K k.pem"],
  // Words that are values, and those of a command, are nobody's flags.
  ["site --name -d", "site --name -d"],
  ["manifest site -s", "manifest site -s"],
  // A mistake stays one.
  ["site --portt 3000", "site --portt 3000"],
])("%j means %j", async (given, meant) => {
  const translated = inOurWords(words(given));
  if (meant === undefined) await expect(translated).rejects.toThrow(H2PushError);
  else expect(await translated).toEqual(words(meant));
});

test.each([
  ["-s", "no such flag, as in serve and http-server: -s", "--single"],
  ["-S", "no such flag, as in serve and http-server: -S", "--symlinks"],
  ["-c-1", "-c is not what it is in http-server", "--cache off"],
  ["-c 3600", "-c is not what it is in http-server", "--cache 3600"],
  ["-C", "-C is not what it is in serve", "--cors"],
  ["-d", "no such flag, as in serve and vite and http-server: -d", "--list"],
  ["-P http://localhost:1", "no such flag, as in http-server: -P", "--proxy /api=URL"],
  ["-e json", "no such flag, as in http-server: -e", "_redirects"],
  ["-g false", "no such flag, as in http-server: -g", "--no-compress"],
  ["--no-https", "no such flag, as in vite and http-server: --no-https", "HTTPS"],
  ["--strictPort", "no such flag, as in serve and vite: --strictPort", "-p 8443"],
  ["--no-etag", "no such flag, as in serve: --no-etag", "--cache off"],
  ["--username me", "no such flag, as in http-server: --username", "--auth"],
  ["--password secret", "no such flag, as in http-server: --password", "--auth"],
  ["-m production", "no such flag, as in vite: -m", "build"],
  ["-t 60", "no such flag, as in http-server: -t", "--idle-timeout"],
  ["-U", "no such flag, as in http-server: -U", "--log"],
  ["-r", "no such flag, as in http-server: -r", "robots.txt"],
  ["--mimetypes a.types", "no such flag, as in http-server: --mimetypes", "_headers"],
  ["-l tcp:x", "no such flag, as in serve: -l", "--port"],
  ["--force", "no such flag, as in vite: --force", "build"],
])("%j ends with a sentence that says what does it here", async (given, message, hint) => {
  const { code, stdout, stderr } = await runCli([".", ...words(given)]);
  const [first, second, ...rest] = stderr.split("\n");
  expect([code, stdout, first, rest]).toEqual([2, "", `error: ${message}`, [""]]);
  expect(second).toContain(hint);
  expect(stderr).not.toContain("secret");
});

test("what people type by habit serves", async () => {
  const root = await writeSite({ "index.html": "<p>page", ".hidden": "" });
  const given = "--outDir site --https -l 0 -a localhost -d false -n -u -g -i --no-dotfiles --cors=* --strictPort";
  const cli = await startCli(words(given.replace("site", root)));
  const { status, headers } = await http1(await cli.port(), "/", { headers: { origin: "https://a.example" } });
  expect([status, headers["access-control-allow-origin"]]).toEqual([200, "*"]);
  await cli.prints(/options {6}--no-compress --cors '\*'/);
});

test("a directory behind -o is the one to serve, and a configuration file of digits is read", async () => {
  const cwd = await emptyDirectory();
  await writeFile(join(cwd, "42"), `{ "prot": 1 }`);
  expect((await runCli(["-c", "42"], { cwd })).stderr).toMatch(/^error: unknown key in 42: prot/);
  const root = await writeSite({ "index.html": "<p>page" });
  expect(await inOurWords(["-o", root, "-p", "0"])).toEqual([root, "--open", "-p", "0"]);
  expect(await inOurWords([root, "-o", "/tmp"])).toEqual([root, "--open=/tmp"]);
});
