import type { Viewport } from "../manifest/media.js";

/** What an option can be set to. */
export type OptionValue = string | number | boolean | undefined | readonly string[] | Viewport;

/** Under which heading `--help-all` lists an option. */
export type OptionGroup = "Listening" | "Certificate" | "Files" | "What pages need" | "Delivery" | "Network" | "Output";

/** One option: declared once, for the command line, the configuration file and the library alike. */
export interface Option<T> {
  /** As commander has it. */
  readonly flags: string;
  readonly description: string;
  readonly group: OptionGroup;
  /** Listed by `--help` already: what most people look for. */
  readonly common?: true;
  readonly default: T;
  /**
   * The value that was meant.
   *
   * @throws {H2PushError} "usage", naming the value
   */
  readonly check: (value: unknown) => T;
}
