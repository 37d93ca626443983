import { isDeepStrictEqual } from "node:util";
import type { Option, OptionValue } from "../../server/options/option.js";
import { allOptions } from "./cli-options.js";
import { shellWord } from "../../io/text/shell-word.js";

/** Options that the start block shows elsewhere, or whose effect is plain to see. */
const SHOWN_ELSEWHERE = new Set(
  "port host redirect config cert key pfx name demo open qr log quiet verbose".split(" ") satisfies string[],
);

const table: readonly [name: string, option: Option<OptionValue>][] = Object.entries(allOptions).filter(
  ([name]) => !SHOWN_ELSEWHERE.has(name),
);

/**
 * The options that are set to something else than their defaults, as flags: a
 * file or the environment may have set them. Never names a password.
 *
 * @param given checked already
 */
export function setOptions(given: object): string[] {
  return table.flatMap(([name, option]) => {
    const value: unknown = Reflect.get(given, name);
    if (value === undefined || isDeepStrictEqual(option.check(value), option.check(option.default))) return [];
    return flagsFor(option, value);
  });
}

function flagsFor({ flags, secret }: Option<OptionValue>, value: unknown): string[] {
  const long = /--[\w-]+/.exec(flags)?.[0] ?? flags;
  // The file that a password is read from is no secret.
  if (secret === true)
    return [typeof value === "string" && value.startsWith("@") ? `${long} ${shellWord(value)}` : long];
  if (Array.isArray(value)) return value.map((one) => `${long} ${shellWord(String(one))}`);
  return [typeof value === "boolean" ? long : `${long} ${shellWord(String(value))}`];
}
