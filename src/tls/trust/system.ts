import { readFile, stat } from "node:fs/promises";
import { posix, win32 } from "node:path";
import { fingerprintOf, pemBlocks } from "../issue/certificate.js";
import type { Machine } from "../store/store-paths.js";
import type { TrustStore, TrustTarget } from "./store.js";

/** The store of the operating system, or undefined where there is none that we know. */
export async function systemStore(machine: Machine): Promise<TrustStore | undefined> {
  if (machine.platform === "darwin") return macStore(machine.home);
  if (machine.platform === "win32") return windowsStore(machine.env);
  if (machine.platform !== "linux") return undefined;
  const found = await Promise.all(LINUX.map(({ anchors }) => stat(anchors).catch(() => undefined)));
  const family = LINUX.find((_, index) => found[index]?.isDirectory());
  return family && linuxStore(family);
}

/** How a family of Linux distributions keeps its anchors. */
export interface LinuxFamily {
  readonly name: string;
  /** The directory for certificates that an administrator adds. */
  readonly anchors: string;
  readonly extension: ".crt" | ".pem";
  /** What makes the bundle from them, after one was added or removed. */
  readonly refresh: readonly [string, ...string[]];
  /** The bundle that programs read. */
  readonly bundle: string;
}

/** Fedora's comes first: its directory is nowhere else, and Debian's can be. */
export const LINUX: readonly LinuxFamily[] = [
  {
    name: "Fedora",
    anchors: "/etc/pki/ca-trust/source/anchors",
    extension: ".pem",
    refresh: ["update-ca-trust", "extract"],
    bundle: "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  },
  {
    name: "Arch",
    anchors: "/etc/ca-certificates/trust-source/anchors",
    extension: ".crt",
    refresh: ["trust", "extract-compat"],
    bundle: "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
  },
  {
    name: "openSUSE",
    anchors: "/usr/share/pki/trust/anchors",
    extension: ".pem",
    refresh: ["update-ca-certificates"],
    bundle: "/var/lib/ca-certificates/ca-bundle.pem",
  },
  {
    name: "Debian",
    anchors: "/usr/local/share/ca-certificates",
    extension: ".crt",
    refresh: ["update-ca-certificates"],
    bundle: "/etc/ssl/certs/ca-certificates.crt",
  },
];

/** Programs such as curl, git and Python look there; browsers on Linux do not. */
export function linuxStore({ anchors, extension, refresh, bundle }: LinuxFamily): TrustStore {
  const anchor = ({ fingerprint }: TrustTarget): string =>
    posix.join(anchors, `h2push-${fingerprint.replaceAll(":", "").slice(0, 16).toLowerCase()}${extension}`);
  return {
    kind: "system",
    name: `the system (${bundle})`,
    browsers: false,
    add: (target) => [
      { argv: ["install", "-m", "644", target.certFile, anchor(target)], root: true },
      { argv: refresh, root: true },
    ],
    remove: (target) => [
      { argv: ["rm", "-f", anchor(target)], root: true },
      { argv: refresh, root: true },
    ],
    async holds({ fingerprint }) {
      const text = await readFile(bundle, "utf8").catch(() => "");
      return pemBlocks(text, /CERTIFICATE$/).some((block) => fingerprintOf(block) === fingerprint);
    },
  };
}

/** The login keychain: it is this user's own, needs no root, and the system asks for the password itself. */
export function macStore(home: string): TrustStore {
  const keychain = posix.join(home, "Library", "Keychains", "login.keychain-db");
  return {
    kind: "system",
    name: `the login keychain (${keychain})`,
    browsers: true,
    add: ({ certFile }) => [
      { argv: ["security", "add-trusted-cert", "-r", "trustRoot", "-p", "ssl", "-k", keychain, certFile] },
    ],
    // -t: its trust settings too.
    remove: ({ fingerprint }) => [
      { argv: ["security", "delete-certificate", "-t", "-Z", fingerprint.replaceAll(":", ""), keychain] },
    ],
    // -l: it is an authority itself; -L: without asking the network.
    holds: async ({ certFile }, run) =>
      (await run({ argv: ["security", "verify-cert", "-q", "-l", "-L", "-p", "ssl", "-c", certFile] })).status === 0,
  };
}

/**
 * This user's root store; Windows shows a dialog of its own before it adds or
 * removes. Its program knows certificates by their SHA-1 thumbprint.
 */
export function windowsStore(env: Machine["env"]): TrustStore {
  const certutil = win32.join(env["SystemRoot"] ?? String.raw`C:\Windows`, "System32", "certutil.exe");
  return {
    kind: "system",
    name: "the user's root certificates of Windows",
    browsers: true,
    add: ({ certFile }) => [{ argv: [certutil, "-user", "-addstore", "Root", certFile] }],
    remove: (target) => [{ argv: [certutil, "-user", "-delstore", "Root", target.thumbprint] }],
    holds: async (target, run) =>
      (await run({ argv: [certutil, "-user", "-store", "Root", target.thumbprint] })).status === 0,
  };
}
