import type { JsonType, Option, OptionValue } from "../../server/options/option.js";
import { allOptions } from "./cli-options.js";

/** What a configuration file may hold, as a JSON Schema: made from the options, so that none is described twice. */
export interface ConfigSchema {
  readonly $schema: string;
  readonly title: string;
  readonly type: "object";
  readonly properties: Readonly<Record<string, Property>>;
  readonly additionalProperties: false;
}

type Property = JsonType & { readonly description: string; readonly default?: OptionValue };

const { config: _config, ...options } = allOptions;

/** The options that a file can set, by their keys. */
export const configOptions: Readonly<Record<string, Option<OptionValue>>> = options;

export function configSchema(): ConfigSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Options of h2push, h2push.config.json",
    type: "object",
    properties: {
      $schema: { type: "string", description: "where this schema is" },
      root: { type: "string", description: "directory to serve; relative paths are those from this file" },
      ...Object.fromEntries(Object.entries(configOptions).map(([name, option]) => [name, property(option)])),
    },
    additionalProperties: false,
  };
}

function property(option: Option<OptionValue>): Property {
  const { flags, description, default: value } = option;
  const flag = /--[\w-]+/.exec(flags)?.[0] ?? "";
  // An object is the form that the library takes; in JSON it is text.
  const isJson = value !== undefined && (typeof value !== "object" || Array.isArray(value));
  return {
    ...jsonType(option),
    description: `${flag.startsWith("--no-") ? "false: " : ""}${description} (${flag})`,
    ...(isJson ? { default: value } : {}),
  };
}

/**
 * What an option takes in JSON: what its check says of it, else what its
 * flags and its default show. A list of one may go without brackets, and a
 * flag that can go without its value is true then.
 */
export function jsonType({ flags, default: value, check }: Option<OptionValue>): JsonType {
  if (!/[<[]/.test(flags)) return { type: "boolean" };
  const type: JsonType = check.json ?? { type: "string" };
  if (Array.isArray(value)) return { anyOf: [type, { type: "array", items: type }] };
  return flags.includes("[") ? { anyOf: [{ type: "boolean" }, type] } : type;
}
