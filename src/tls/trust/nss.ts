import { access, readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chainOf } from "../issue/certificate.js";
import type { Machine } from "../store/store-paths.js";
import type { Command } from "./command.js";
import type { TrustStore } from "./store.js";

/**
 * The NSS databases of this user's browsers: Chromium's, and one for each
 * Firefox profile. On Linux these browsers look nowhere else; elsewhere they
 * ask the system too. A Chromium that was never started finds its database
 * ready.
 */
export async function nssStores(machine: Machine): Promise<TrustStore[]> {
  // There, `certutil` is another program of the system's own.
  if (machine.platform === "win32") return [];
  const [chromium, firefox] = await Promise.all([chromiumDatabases(machine), firefoxProfiles(machine)]);
  return Promise.all([
    ...chromium.map((directory) => nssStore(directory, `Chromium (${directory})`)),
    ...firefox.map((directory) => nssStore(directory, `Firefox (${directory})`)),
  ]);
}

/** How to get `certutil`, on the systems that have a package of it. */
export const CERTUTIL_HINT =
  "install it (Debian: apt install libnss3-tools; Fedora: dnf install nss-tools; Arch: pacman -S nss; " +
  "macOS: brew install nss), then run this again";

async function nssStore(directory: string, name: string): Promise<TrustStore> {
  const database = `sql:${directory}`;
  const create: Command[] = (await exists(join(directory, "cert9.db")))
    ? []
    : [
        { argv: ["mkdir", "-p", "-m", "700", directory] },
        { argv: ["certutil", "-d", database, "-N", "--empty-password"] },
      ];
  return {
    kind: "nss",
    name,
    browsers: true,
    // C: trusted to sign servers' certificates, and nothing else (no mail, no code).
    add: ({ name, certFile }) => [
      ...create,
      { argv: ["certutil", "-d", database, "-A", "-t", "C,,", "-n", name, "-i", certFile] },
    ],
    remove: ({ name }) => [{ argv: ["certutil", "-d", database, "-D", "-n", name] }],
    async holds({ name, fingerprint }, run) {
      const listed = await run({ argv: ["certutil", "-d", database, "-L", "-a", "-n", name] });
      if (listed.status === undefined) return undefined;
      if (!chainOf(listed.output).some((x509) => x509.fingerprint256 === fingerprint)) return false;
      // -u L: as an authority that signs servers' certificates.
      return (await run({ argv: ["certutil", "-d", database, "-V", "-u", "L", "-n", name] })).status === 0;
    },
  };
}

/**
 * Chromium's databases; that of a sandboxed package (snap, Flatpak) is in
 * that package's own home. Chromium 156 takes `~/.pki/nssdb` when it is there
 * and then looks nowhere else: it is made only when that hides no other.
 */
async function chromiumDatabases({ home, env, platform }: Machine): Promise<string[]> {
  if (platform === "darwin") return [];
  const first = join(home, ".pki", "nssdb");
  const own = await existing([first, join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "pki", "nssdb")]);
  const packaged = await existing([
    join(home, "snap", "chromium", "current", ".pki", "nssdb"),
    ...(await flatpaks(home)).flatMap((app) => [join(app, ".pki", "nssdb"), join(app, "data", "pki", "nssdb")]),
  ]);
  return [...(own.length === 0 ? [first] : own), ...packaged];
}

async function firefoxProfiles({ home, env, platform }: Machine): Promise<string[]> {
  const roots =
    platform === "darwin"
      ? [join(home, "Library", "Application Support", "Firefox")]
      : [
          join(home, ".mozilla", "firefox"),
          // Since Firefox 147.
          join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "mozilla", "firefox"),
          join(home, "snap", "firefox", "common", ".mozilla", "firefox"),
          ...(await flatpaks(home)).flatMap((app) => [
            join(app, ".mozilla", "firefox"),
            join(app, "config", "mozilla", "firefox"),
          ]),
        ];
  const found = await Promise.all(roots.map(profilesUnder));
  return [...new Set(found.flat())];
}

/** The profiles under `root`, and those elsewhere that its `profiles.ini` names. */
async function profilesUnder(root: string): Promise<string[]> {
  const ini = await readFile(join(root, "profiles.ini"), "utf8").catch(() => "");
  const named = [...ini.matchAll(/^Path=(.+)$/gm)].map(([, path = ""]) => resolve(root, path.trim()));
  const inside = [root, join(root, "Profiles")].map(async (directory) =>
    (await readdir(directory).catch(() => [])).map((name) => join(directory, name)),
  );
  const candidates = new Set([...named, ...(await Promise.all(inside)).flat()]);
  const databases = await existing([...candidates].map((profile) => join(profile, "cert9.db")));
  return databases.map((database) => resolve(database, ".."));
}

async function flatpaks(home: string): Promise<string[]> {
  const apps = join(home, ".var", "app");
  return (await readdir(apps).catch(() => [])).map((app) => join(apps, app));
}

async function existing(paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map(exists));
  return paths.filter((_, index) => found[index]);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
