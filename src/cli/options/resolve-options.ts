import { resolve } from "node:path";
import { H2PushError } from "../../errors.js";
import { serverOptions } from "../../server/options/options-table.js";
import type { Config } from "./config.js";
import { CONFIG_FILE, isConfigFileIn, isConfigFileThere } from "./config-file.js";
import type { RootSource } from "./served-root.js";
import type { ServeOptions } from "./serve-options.js";
import { voidOptions } from "./void-options.js";

/** The options as flags alone: a configuration file can say the others. */
export interface ServeFlags extends ServeOptions {
  readonly config?: string;
}

/** The directory to serve. */
export interface ServedRoot {
  readonly path: string;
  readonly source: RootSource;
}

/** What was asked for, in all. */
export interface ResolvedOptions {
  readonly options: ServeOptions;
  readonly root: ServedRoot;
  /** The configuration file that was read. */
  readonly config: string | undefined;
  /** Configuration files, which are never served. */
  readonly hidden: readonly string[];
  /** What of all that does not count, a sentence for each. */
  readonly notices: readonly string[];
}

/**
 * Flags count above the environment, that above the configuration file. The
 * directory to serve is the one of the command line, else the one of the file,
 * else the working directory.
 *
 * @throws {H2PushError} for what is wrong with the configuration file or the environment
 */
export async function resolveOptions(root: string | undefined, flags: ServeFlags): Promise<ResolvedOptions> {
  const { config: named, ...given } = flags;
  const asked = root ?? (flags.demo === true ? (await import("../../demo/index.js")).demoSite : undefined);
  const { file, config, ignored } = await (named === undefined ? configHere(root, asked ?? ".") : configOf(named));
  const { root: configured, ...below } = config;
  return {
    options: { ...below, ...environment(given), ...given },
    root:
      root === undefined && configured !== undefined && file !== undefined
        ? { path: configured, source: { kind: "file", file } }
        : { path: asked ?? ".", source: { kind: "word" } },
    config: file,
    hidden: [CONFIG_FILE, ...(named === undefined ? [] : [named])].map((path) => resolve(path)),
    // A variable of the environment is there for other programs, too.
    notices: [...(ignored ? [IGNORED] : []), ...voidOptions({ ...below, ...given })],
  };
}

interface Found {
  /** The file that was read. */
  readonly file: string | undefined;
  readonly config: Config;
  /** It is there, and does not count. */
  readonly ignored: boolean;
}

async function configOf(file: string): Promise<Found> {
  return { file, config: await (await import("./config.js")).readConfig(file), ignored: false };
}

/**
 * The file in the working directory, unless it lies in what is served: a
 * folder that somebody sent must not say where to listen and what to ask. It
 * may name the directory itself, but none that it lies in.
 *
 * @param root the directory that the command line names
 * @param otherwise the one to serve when the file names none
 */
async function configHere(root: string | undefined, otherwise: string): Promise<Found> {
  const none = { file: undefined, config: {} };
  if (!(await isConfigFileThere())) return { ...none, ignored: false };
  if (root !== undefined && (await isConfigFileIn(root))) return { ...none, ignored: true };
  const found = await configOf(CONFIG_FILE);
  const { root: configured } = found.config;
  if (root !== undefined || !(await isConfigFileIn(configured ?? otherwise))) return found;
  if (configured === undefined) return { ...none, ignored: true };
  throw new H2PushError(
    "config",
    `root in ${CONFIG_FILE} is a directory that contains the file itself: ${configured}`,
    `a folder that somebody sent must not decide how it is served: name one beside the file, or pass -c ${CONFIG_FILE}`,
  );
}

const IGNORED = `${CONFIG_FILE} is ignored because it lies in the served directory; to use it: -c ${CONFIG_FILE}`;

/** What the environment says where no flag does. An empty variable says nothing. */
function environment(flags: ServeOptions): Pick<ServeOptions, "port" | "auth" | "passphrase"> {
  const { PORT: port = "", H2PUSH_AUTH: auth = "", H2PUSH_PASSPHRASE: passphrase = "" } = process.env;
  return {
    ...(port === "" || flags.port !== undefined ? {} : { port: checked("PORT", port, serverOptions.port.check) }),
    ...(auth === "" || flags.auth !== undefined
      ? {}
      : { auth: checked("H2PUSH_AUTH", auth, serverOptions.auth.check) }),
    ...(passphrase === "" || flags.passphrase !== undefined ? {} : { passphrase }),
  };
}

/** The text as it is: the server reads it in the end, and a value must not be read twice. */
function checked(variable: string, text: string, check: (text: string) => unknown): string {
  try {
    check(text);
    return text;
  } catch (error) {
    if (!(error instanceof H2PushError)) throw error;
    throw new H2PushError("usage", `${variable} in the environment: ${error.message}`, error.hint, { cause: error });
  }
}
