import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createCertificate } from "../../src/tls/issue/issue.js";
import { carryOut, type Change } from "../../src/tls/trust/change.js";
import { asText, type Command, type Run } from "../../src/tls/trust/command.js";
import type { TrustStore, TrustTarget } from "../../src/tls/trust/store.js";
import { LINUX, linuxStore, macStore, systemStore, windowsStore } from "../../src/tls/trust/system.js";
import { describeTarget } from "../../src/tls/trust/target.js";
import { emptyDirectory } from "../support/directory.js";

const target: TrustTarget = {
  name: "h2push ada@laptop 0123abcd",
  fingerprint: "AB:CD:EF:01:23:45:67:89:AB:CD",
  thumbprint: "0011223344",
  cert: "",
  certFile: "/home/ada/my data/authority.crt",
};
const text = (commands: readonly Command[]): string[] => commands.map((command) => asText(command, false));

test.each([
  ["Debian", "/usr/local/share/ca-certificates/h2push-abcdef0123456789.crt", "update-ca-certificates"],
  ["Fedora", "/etc/pki/ca-trust/source/anchors/h2push-abcdef0123456789.pem", "update-ca-trust extract"],
  ["Arch", "/etc/ca-certificates/trust-source/anchors/h2push-abcdef0123456789.crt", "trust extract-compat"],
  ["openSUSE", "/usr/share/pki/trust/anchors/h2push-abcdef0123456789.pem", "update-ca-certificates"],
])("on %s the certificate goes to its anchors, as root", (name, anchor, refresh) => {
  const family = LINUX.find((candidate) => candidate.name === name);
  const store = family && linuxStore(family);
  expect(text(store?.add(target) ?? [])).toEqual([
    `sudo install -m 644 '/home/ada/my data/authority.crt' ${anchor}`,
    `sudo ${refresh}`,
  ]);
  expect(text(store?.remove(target) ?? [])).toEqual([`sudo rm -f ${anchor}`, `sudo ${refresh}`]);
});

test("on macOS it goes to the user's own keychain, for TLS alone, without root", () => {
  const keychain = "/Users/ada/Library/Keychains/login.keychain-db";
  expect(text(macStore("/Users/ada").add(target))).toEqual([
    `security add-trusted-cert -r trustRoot -p ssl -k ${keychain} '/home/ada/my data/authority.crt'`,
  ]);
  expect(text(macStore("/Users/ada").remove(target))).toEqual([
    `security delete-certificate -t -Z ABCDEF0123456789ABCD ${keychain}`,
  ]);
});

test("on Windows it goes to the user's own roots, without an administrator", () => {
  const store = windowsStore({ SystemRoot: String.raw`D:\Win` });
  expect(store.add(target).map(({ argv }) => argv)).toEqual([
    [String.raw`D:\Win\System32\certutil.exe`, "-user", "-addstore", "Root", target.certFile],
  ]);
  expect(store.remove(target).map(({ argv }) => argv.slice(1))).toEqual([["-user", "-delstore", "Root", "0011223344"]]);
});

test.each([
  ["darwin", true],
  ["win32", true],
  ["aix", undefined],
] as const)("on %s browsers look there: %s", async (platform, browsers) => {
  expect((await systemStore({ platform, home: "/", env: {} }))?.browsers).toBe(browsers);
});

/** A machine of Debian's kind in a directory: its refresh is a copy. */
async function debian(): Promise<{ readonly store: TrustStore; readonly run: Run; readonly target: TrustTarget }> {
  const directory = await emptyDirectory();
  const [anchors, bundle, certFile] = [
    join(directory, "anchors"),
    join(directory, "bundle"),
    join(directory, "ca.crt"),
  ];
  await mkdir(anchors);
  const { cert } = await createCertificate();
  await writeFile(certFile, cert);
  const [other, real] = [(await createCertificate()).cert, describeTarget(cert, certFile)];
  await writeFile(bundle, other);
  const run: Run = async ({ argv }) => {
    const [program, ...args] = argv;
    if (program === "install") await copyFile(args[2] ?? "", args[3] ?? "");
    else if (program === "rm") await rm(args[1] ?? "");
    else await writeFile(bundle, other + (await copied(anchors)));
    return { status: 0, output: "", errors: "" };
  };
  return {
    store: linuxStore({ name: "test", anchors, extension: ".crt", refresh: ["refresh"], bundle }),
    run,
    target: real,
  };
}

async function copied(anchors: string): Promise<string> {
  const { readdir, readFile } = await import("node:fs/promises");
  const texts = await Promise.all((await readdir(anchors)).map((name) => readFile(join(anchors, name), "utf8")));
  return texts.join("");
}

async function change(
  options: Omit<Change, "stores" | "isRoot" | "dryRun" | "say"> & { store: TrustStore },
  dryRun = false,
) {
  const lines: string[] = [];
  const { store, ...rest } = options;
  const outcome = await carryOut({ ...rest, stores: [store], isRoot: false, dryRun, say: (line) => lines.push(line) });
  return { ...outcome, lines };
}

test("says what it will do, does it, asks whether it worked, and does it once", async () => {
  const machine = await debian();
  const first = await change({ kind: "trust", ...machine });
  expect(first).toMatchObject({ changed: 1, failures: [] });
  expect(first.lines[0]).toBe(`will put "${machine.target.name}" into ${machine.store.name}, which needs root`);
  expect(first.lines.at(-1)).toBe(`now trusted by ${machine.store.name}`);
  expect(await change({ kind: "trust", ...machine })).toMatchObject({
    changed: 0,
    lines: [`already trusted by ${machine.store.name}`],
  });
  expect(await change({ kind: "untrust", ...machine })).toMatchObject({ changed: 1, failures: [] });
  expect(await change({ kind: "untrust", ...machine })).toMatchObject({ changed: 0, failures: [] });
});

test("runs nothing on a dry run", async () => {
  const machine = await debian();
  const run: Run = () => Promise.reject(new Error("was run"));
  const { changed, lines } = await change({ kind: "trust", ...machine, run }, true);
  expect(changed).toBe(0);
  expect(lines[0]).toMatch(/^would put/);
});

test.each([
  ["fails", { status: 1, output: "", errors: "first line\nno permission\n" }, "no permission"],
  ["fails and says nothing", { status: 3, output: "", errors: "" }, "exit status 3"],
  ["does nothing", { status: 0, output: "", errors: "" }, "the commands succeeded, but changed nothing"],
])("a command that %s is reported with its reason", async (_, outcome, reason) => {
  const machine = await debian();
  const { failures } = await change({ kind: "trust", ...machine, run: () => Promise.resolve(outcome) });
  expect(failures).toEqual([`${machine.store.name}: ${reason}`]);
});

test("without sudo it says what root has to run", async () => {
  const machine = await debian();
  const run: Run = () => Promise.resolve({ status: undefined, output: "", errors: "" });
  await expect(change({ kind: "trust", ...machine, run })).rejects.toMatchObject({
    code: "unavailable",
    hint: expect.stringMatching(/^as root, run: install -m 644 /),
  });
});

test.each([
  [["a", "b c"], "a 'b c'"],
  [["it's", "$HOME", ""], String.raw`'it'\''s' '$HOME' ''`],
  [["sql:/a/b.c", "-t", "C,,"], "sql:/a/b.c -t C,,"],
] as const)("%j can be pasted into a shell", ([first, ...rest], pasted) => {
  expect(asText({ argv: [first, ...rest] }, true)).toBe(pasted);
});
