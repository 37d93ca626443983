import type { Viewport } from "../../scanner/css/media-queries.js";

/** What an option can be set to. */
export type OptionValue = string | number | boolean | undefined | readonly string[] | Viewport;

/** Under which heading `--help-all` lists an option. */
export type OptionGroup =
  | "Listening"
  | "Certificate"
  | "Files"
  | "What pages need"
  | "Delivery"
  | "Limits"
  | "Network"
  | "Output";

/** What a value may be in JSON, in the words of JSON Schema (draft 2020-12): as much of them as options need. */
export type JsonType =
  | { readonly type: "string" | "boolean" }
  | { readonly type: "integer" | "number"; readonly minimum: number; readonly maximum: number }
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

/** What only some options have. */
interface Extras {
  /** A value that shows what is meant. */
  readonly example?: string;
  /** Its value is shown nowhere. */
  readonly secret?: true;
}

/** One option: declared once, for the command line, the configuration file and the library alike. */
export interface Option<T> extends Extras {
  /** As commander has it. */
  readonly flags: string;
  readonly description: string;
  readonly group: OptionGroup;
  readonly default: T;
  readonly check: Check<T>;
}

/** A name in the words of a flag: "push-count" for "pushCount". */
type Kebab<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${Kebab<Rest>}`
  : Name;

/** Options by their names, each with the flag that is called so: a row with another one does not compile. */
export type OptionsNamed<Name extends string> = {
  readonly [Key in Name]: Option<OptionValue> & {
    readonly flags: `${"" | `-${string}, `}--${"" | "no-"}${Kebab<Key>}${"" | ` ${string}`}`;
  };
};

/** Makes the options of one group: flags, description, check, default, and what only some have. */
export function optionsOf(group: OptionGroup) {
  return <const F extends string, C extends Check<OptionValue>, const D extends OptionValue>(
    flags: F,
    description: string,
    check: C,
    fallback: D,
    extras: Extras = {},
  ) => ({ group, flags, description, check, default: fallback, ...extras });
}
