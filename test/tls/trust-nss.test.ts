import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CertEnvironment } from "../../src/cli/certificates/cert-environment.js";
import { runShow } from "../../src/cli/commands/cert-show.js";
import { runTrust, runUntrust } from "../../src/cli/commands/cert-trust.js";
import { loadAuthority } from "../../src/tls/authority/authority.js";
import { loadStoredPair } from "../../src/tls/store/load-stored-pair.js";
import { nssStores } from "../../src/tls/trust/nss.js";
import { hasCertutil } from "../support/certutil.js";
import { emptyDirectory } from "../support/directory.js";

/** A user on Linux whose home is empty; nothing of this machine's own is touched. */
async function freshHome(env: Record<string, string> = {}): Promise<CertEnvironment> {
  const home = await emptyDirectory();
  const PATH = process.env["PATH"] ?? "";
  return { home, env: { PATH, ...env }, platform: "linux", directory: join(home, "data"), cwd: home, isRoot: false };
}

async function said(run: (print: (line: string) => void) => Promise<void>): Promise<string> {
  const lines: string[] = [];
  await run((line) => lines.push(line));
  return lines.join("\n");
}

async function database(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  execFileSync("certutil", ["-d", `sql:${directory}`, "-N", "--empty-password"]);
  return directory;
}

async function places(environment: CertEnvironment): Promise<string[]> {
  return (await nssStores(environment)).map(({ name }) => name.replaceAll(environment.home, "~"));
}

describe("where browsers look", () => {
  test("a database is made for a Chromium that was never started", async () => {
    expect(await places(await freshHome())).toEqual(["Chromium (~/.pki/nssdb)"]);
  });

  test("no database is made that would hide Chromium's own", async () => {
    const environment = await freshHome();
    await mkdir(join(environment.home, ".local/share/pki/nssdb"), { recursive: true });
    expect(await places(environment)).toEqual(["Chromium (~/.local/share/pki/nssdb)"]);
  });

  test("every profile of every Firefox is found", async () => {
    const environment = await freshHome();
    const elsewhere = await emptyDirectory();
    const profiles = [
      ".mozilla/firefox/one.default",
      ".config/mozilla/firefox/two.default",
      "snap/firefox/common/.mozilla/firefox/three.default",
      ".var/app/org.mozilla.firefox/.mozilla/firefox/four.default",
    ];
    for (const directory of [...profiles.map((profile) => join(environment.home, profile)), elsewhere]) {
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, "cert9.db"), "");
    }
    await mkdir(join(environment.home, ".mozilla/firefox/Crash Reports"));
    await writeFile(
      join(environment.home, ".mozilla/firefox/profiles.ini"),
      `[Profile0]\nName=default\nIsRelative=1\nPath=one.default\n\n[Profile1]\nIsRelative=0\nPath=${elsewhere}\n`,
    );
    expect((await places(environment)).sort()).toEqual(
      [
        "Chromium (~/.pki/nssdb)",
        ...profiles.map((profile) => `Firefox (~/${profile})`),
        `Firefox (${elsewhere})`,
      ].sort(),
    );
  });

  test("the XDG directories are where the environment says", async () => {
    const data = await emptyDirectory();
    const environment = await freshHome({ XDG_DATA_HOME: data, XDG_CONFIG_HOME: data });
    await mkdir(join(data, "pki", "nssdb"), { recursive: true });
    await mkdir(join(data, "mozilla", "firefox", "p"), { recursive: true });
    await writeFile(join(data, "mozilla", "firefox", "p", "cert9.db"), "");
    expect(await places(environment)).toEqual([`Chromium (${data}/pki/nssdb)`, `Firefox (${data}/mozilla/firefox/p)`]);
  });
});

describe.skipIf(!hasCertutil)("h2push cert trust, with NSS in a fresh home", () => {
  test("is believed by every browser, and by start-up, once", async () => {
    const environment = await freshHome();
    const firefox = await database(join(environment.home, ".mozilla/firefox/x.default"));
    const first = await said((print) => runTrust({}, environment, print));
    expect(first).toContain(`now trusted by Chromium (${environment.home}/.pki/nssdb)`);
    expect(first).toContain(`now trusted by Firefox (${firefox})`);
    expect((await stat(join(environment.home, ".pki/nssdb"))).mode & 0o777).toBe(0o700);
    expect((await loadStoredPair(environment)).signer).toMatchObject({ trusted: true });
    const shown = await said((print) => runShow(undefined, environment, print));
    expect(shown).toContain(`\ntrusted by Chromium (${environment.home}/.pki/nssdb)`);

    const second = await said((print) => runTrust({}, environment, print));
    expect(second.split("\n")).toEqual([
      `already trusted by Chromium (${environment.home}/.pki/nssdb)`,
      `already trusted by Firefox (${firefox})`,
    ]);
  });

  test("is taken back by untrust, once", async () => {
    const environment = await freshHome();
    const store = `Chromium (${environment.home}/.pki/nssdb)`;
    await said((print) => runTrust({}, environment, print));
    expect(await said((print) => runUntrust({}, environment, print))).toContain(`no longer trusted by ${store}`);
    expect((await loadStoredPair(environment)).signer).toMatchObject({ trusted: false });
    expect(await said((print) => runShow(undefined, environment, print))).toContain(`\nnot trusted by ${store}`);
    expect(await said((print) => runUntrust({}, environment, print))).toBe(`not trusted anyway by ${store}`);
  });

  test("untrust takes out an earlier authority too, whose files are gone", async () => {
    const environment = await freshHome();
    await said((print) => runTrust({}, environment, print));
    const earlier = await loadAuthority(environment);
    await rm(join(environment.directory, "authority.pem"));
    await rm(join(environment.directory, "authority.crt"));
    await said((print) => runTrust({}, environment, print));
    expect((await loadAuthority(environment)).name).not.toBe(earlier.name);
    const untrusted = await said((print) => runUntrust({}, environment, print));
    expect(untrusted).toContain(`take "${earlier.name}" out of`);
    expect(untrusted.match(/no longer trusted/g)).toHaveLength(2);
    expect(JSON.parse(await readFile(join(environment.directory, "trusted.json"), "utf8"))).toEqual([]);
  });

  test("--dry-run prints commands that do it, and does nothing", async () => {
    const environment = await freshHome();
    const dry = await said((print) => runTrust({ dryRun: true }, environment, print));
    expect(await readdir(environment.home)).toEqual(["data"]);
    const commands = dry.split("\n").filter((line) => line.startsWith("  "));
    expect(commands).toHaveLength(3);
    execFileSync("sh", ["-ec", commands.join("\n")]);
    expect(await said((print) => runTrust({}, environment, print))).toContain("already trusted by");
  });

  test("a browser that lost its trust is given it again", async () => {
    const environment = await freshHome();
    await said((print) => runTrust({}, environment, print));
    const { name } = await loadAuthority(environment);
    execFileSync("certutil", ["-d", `sql:${environment.home}/.pki/nssdb`, "-M", "-t", ",,", "-n", name]);
    await loadStoredPair(environment);
    expect(await said((print) => runShow(undefined, environment, print))).toContain("\nnot trusted by Chromium");
    expect(await said((print) => runTrust({}, environment, print))).toContain("now trusted by Chromium");
  });

  test("a store that fails is named with its reason, and the others have their turn", async () => {
    const environment = await freshHome();
    const broken = join(environment.home, ".mozilla/firefox/broken");
    await mkdir(broken, { recursive: true });
    await writeFile(join(broken, "cert9.db"), "no database");
    const lines: string[] = [];
    await expect(runTrust({}, environment, (line) => lines.push(line))).rejects.toMatchObject({
      code: "certificate",
      message: expect.stringMatching(`^could not trust everywhere: Firefox \\(${broken}\\): .+`),
    });
    expect(lines.join("\n")).toContain(`now trusted by Chromium`);
  });
});

test("says how to get certutil when it is not installed", async () => {
  const environment = await freshHome({ PATH: await emptyDirectory() });
  await mkdir(join(environment.home, ".pki/nssdb"), { recursive: true });
  await writeFile(join(environment.home, ".pki/nssdb/cert9.db"), "");
  await expect(said((print) => runTrust({}, environment, print))).rejects.toMatchObject({
    code: "unavailable",
    message: "certutil is not installed",
    hint: expect.stringContaining("apt install libnss3-tools"),
  });
  await loadStoredPair(environment);
  expect(await said((print) => runShow(undefined, environment, print))).toContain(
    "cannot tell without certutil: Chromium",
  );
});
