import type { Viewport } from "../../scanner/css/media-queries.js";

/** What an option can be set to. */
export type OptionValue = string | number | boolean | undefined | readonly string[] | Viewport;

/** Under which heading `--help-all` lists an option. */
export type OptionGroup = "Listening" | "Certificate" | "Files" | "What pages need" | "Delivery" | "Network" | "Output";

/** What a value may be in JSON, in the words of JSON Schema (draft 2020-12): as much of them as options need. */
export type JsonType =
  | { readonly type: "string" | "boolean" }
  | { readonly type: "integer"; readonly minimum: number; readonly maximum: number }
  | { readonly type: "array"; readonly items: JsonType }
  | { readonly enum: readonly string[] }
  | { readonly anyOf: readonly JsonType[] };

export interface Check<T> {
  /**
   * The value that was meant.
   *
   * @throws {H2PushError} "usage", naming the value
   */
  (value: unknown): T;
  /** What it takes in a configuration file, where that is not plain from the option: see `jsonType`. */
  readonly json?: JsonType;
}

/** One option: declared once, for the command line, the configuration file and the library alike. */
export interface Option<T> {
  /** As commander has it. */
  readonly flags: string;
  readonly description: string;
  readonly group: OptionGroup;
  /** Listed by `--help` already: what most people look for. */
  readonly common?: true;
  readonly default: T;
  /** A value that shows what is meant. */
  readonly example?: string;
  /** Its value is shown nowhere. */
  readonly secret?: true;
  readonly check: Check<T>;
}
