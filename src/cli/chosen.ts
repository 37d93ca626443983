import { resolve } from "node:path";
import type { Config } from "./config.js";
import { CONFIG_FILE, findConfig } from "./config-file.js";
import type { ServeOptions } from "./serve.js";

/** The options as flags alone: a configuration file can say the others. */
export interface ServeFlags extends ServeOptions {
  readonly config?: string;
}

/** What was asked for, in all. */
export interface Chosen {
  readonly options: ServeOptions;
  /** The directory to serve; undefined when nobody has said it. */
  readonly root: string | undefined;
  /** Configuration files, which are never served. */
  readonly hidden: readonly string[];
  /** What the user should know of the configuration file. */
  readonly notice: string | undefined;
}

/**
 * Flags count above the environment, that above the configuration file.
 *
 * @throws {H2PushError} for what is wrong with the configuration file
 */
export async function chooseOptions(root: string | undefined, flags: ServeFlags): Promise<Chosen> {
  const { config: named, ...given } = flags;
  const served = root ?? (flags.demo === true ? (await import("../demo/index.js")).demoSite : ".");
  const found = await findConfig(named, served);
  const read = found !== undefined && !found.ignored;
  const config: Config = read ? await (await import("./config.js")).readConfig(found.file) : {};
  const { root: configured, ...below } = config;
  const { PORT: port = "", H2PUSH_AUTH: auth = "" } = process.env;
  return {
    options: { ...below, ...(port === "" ? {} : { port }), ...(auth === "" ? {} : { auth }), ...given },
    // One that was not named may come with a folder that somebody sent: it does not choose what is served.
    root: root ?? (named === undefined ? undefined : configured),
    hidden: [CONFIG_FILE, ...(named === undefined ? [] : [named])].map((file) => resolve(file)),
    notice: found?.ignored === true ? IGNORED : undefined,
  };
}

const IGNORED = `${CONFIG_FILE} is ignored, as it lies in what is served: -c ${CONFIG_FILE} takes it`;
