import { access, constants } from "node:fs/promises";
import { basename, posix, win32 } from "node:path";
import { H2PushError } from "../errors.js";

/** The machine that a browser is looked for on. */
export interface BrowserMachine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Chromium refuses its sandbox to root. */
  readonly isRoot: boolean;
}

/** Names of the programs, by how they are called in PATH. */
const PROGRAMS = [
  "google-chrome",
  "google-chrome-stable",
  "chromium",
  "chromium-browser",
  "microsoft-edge",
  "microsoft-edge-stable",
];

const APPLICATIONS = ["Google Chrome", "Chromium", "Microsoft Edge"];

const WINDOWS_FILES = [
  String.raw`Google\Chrome\Application\chrome.exe`,
  String.raw`Chromium\Application\chrome.exe`,
  String.raw`Microsoft\Edge\Application\msedge.exe`,
];

/** Where Chrome, Chromium and Edge lie on a machine, in the order in which they are tried. */
export function browserPaths({ platform, env, home }: Omit<BrowserMachine, "isRoot">): readonly string[] {
  if (platform === "win32") {
    const folders = [env["PROGRAMFILES"], env["PROGRAMFILES(X86)"], env["LOCALAPPDATA"]];
    return WINDOWS_FILES.flatMap((file) => folders.flatMap((folder) => (folder ? win32.join(folder, file) : [])));
  }
  const inPath = (env["PATH"] ?? "").split(":").filter(Boolean);
  const programs = PROGRAMS.flatMap((name) => inPath.map((folder) => posix.join(folder, name)));
  if (platform !== "darwin") return [...programs, "/opt/google/chrome/chrome", "/snap/bin/chromium"];
  const folders = ["/Applications", posix.join(home, "Applications")];
  const inFolders = (name: string) => folders.map((folder) => posix.join(folder, `${name}.app/Contents/MacOS/${name}`));
  return [...APPLICATIONS.flatMap(inFolders), ...programs];
}

/**
 * The browser to run: the one that was named, or the first that is there.
 *
 * @throws {H2PushError} "browser" when there is none
 */
export async function findBrowser(given: string | undefined, machine: BrowserMachine): Promise<string> {
  if (given !== undefined) return checkGiven(given);
  for (const path of browserPaths(machine)) if (await isProgram(path)) return path;
  throw new H2PushError(
    "browser",
    "no Chrome, Chromium or Edge was found on this machine",
    HOW_TO_GET[machine.platform] ?? HOW_TO_GET.linux,
  );
}

const HOW_TO_GET: Partial<Record<NodeJS.Platform, string>> & { readonly linux: string } = {
  linux: "install one, for example with apt install chromium, or pass its program: --browser PATH",
  darwin: "install one, for example with brew install --cask google-chrome, or pass its program: --browser PATH",
  win32: "install one, for example with winget install Google.Chrome, or pass its program: --browser PATH",
};

async function checkGiven(path: string): Promise<string> {
  if (/firefox|librewolf|safari/i.test(basename(path))) {
    const hint = "pass the program of Chrome, Chromium or Edge: what one of them asks for, the others do too";
    throw new H2PushError("browser", `not a browser that can be driven: ${path}`, hint);
  }
  if (await isProgram(path)) return path;
  throw new H2PushError(
    "browser",
    `no such program: ${path}`,
    "pass the program of Chrome, Chromium or Edge: --browser PATH",
  );
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
