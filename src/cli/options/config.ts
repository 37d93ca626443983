import { dirname, isAbsolute, join } from "node:path";
import { H2PushError } from "../../errors.js";
import { checkFile } from "../../server/options/option-checks.js";
import { configOptions, configSchema } from "./config-schema.js";
import { positionOf, syntaxErrorAt } from "./json-syntax.js";
import { inWords, schemaError } from "./schema-errors.js";
import { closestMatch } from "../../io/text/closest-match.js";
import { isObject } from "../../io/json-object.js";
import { readUserFile } from "../../io/disk/read-user-file.js";
import type { ServeOptions } from "./serve-options.js";

/** What a configuration file says. */
export interface Config extends ServeOptions {
  readonly root?: string;
}

/**
 * Reads a configuration file. Its relative paths are those from its folder.
 *
 * @throws {H2PushError} "config" when it can't be read, "usage" for what is wrong in it, naming the key
 */
export async function readConfig(file: string): Promise<Config> {
  const { properties } = configSchema();
  const text = await readUserFile(file, "config", "pass a JSON file that this user may read", "configuration file");
  const entries = Object.entries(await parse(text.replace(/^\uFEFF/, ""), file));
  for (const [key, value] of entries) {
    const type = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (type === undefined) throw unknownKey(key, Object.keys(properties), file);
    const wrong = schemaError(value, type);
    if (wrong !== undefined) {
      const place = `${key}${wrong.path} in ${file}`;
      const isSecret = configOptions[key]?.secret === true;
      const message = isSecret ? `${place} is of the wrong type` : `${place} can't be ${JSON.stringify(wrong.value)}`;
      throw new H2PushError("usage", message, `it must be ${inWords(wrong.type)}`);
    }
  }
  return Object.fromEntries(
    entries.filter(([key]) => key !== "$schema").map(([key, value]) => [key, meant(key, value, file)]),
  );
}

async function parse(text: string, file: string): Promise<object> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const offset = await syntaxErrorAt(text);
    const { line, column } = positionOf(text, offset);
    const what = offset < text.length ? `unexpected ${JSON.stringify(text.charAt(offset))}` : "it ends too early";
    const hint = `${what}; JSON has double quotes, no comments and no comma after the last entry`;
    throw new H2PushError("usage", `not JSON: ${file}, line ${line}, column ${column}`, hint, { cause: error });
  }
  if (isObject(value)) return value;
  throw new H2PushError("usage", `no object in ${file}`, 'for example { "port": 8443 }');
}

function unknownKey(key: string, known: readonly string[], file: string): H2PushError {
  const near = closestMatch(key, known);
  const hint = near === undefined ? "h2push --help-all lists the options" : `did you mean ${near}?`;
  return new H2PushError("usage", `unknown key in ${file}: ${key}`, hint);
}

/** The value of a key as the option takes it: lists as lists, paths from the file's folder. */
function meant(key: string, value: unknown, file: string): unknown {
  const option = configOptions[key];
  if (option === undefined) return fromFolder(String(value), file);
  const given = Array.isArray(option.default) && typeof value === "string" ? [value] : value;
  try {
    option.check(given);
  } catch (error) {
    if (!(error instanceof H2PushError)) throw error;
    throw new H2PushError("usage", `${key} in ${file}: ${error.message}`, error.hint, { cause: error });
  }
  if (option.check === checkFile) return fromFolder(String(given), file);
  const path = pathsWithin[key];
  return path === undefined || typeof given !== "string"
    ? given
    : given.replace(path, (name) => fromFolder(name, file));
}

/** Where the path of a file stands in the values of options that take something else as well. */
const pathsWithin: Readonly<Record<string, RegExp>> = {
  host: /(?<=^unix:).*/s,
  auth: /(?<=^@).*/s,
  passphrase: /(?<=^@).*/s,
};

const fromFolder = (path: string, file: string) => (isAbsolute(path) ? path : join(dirname(file), path));
