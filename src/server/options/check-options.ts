import { H2PushError } from "../../errors.js";
import { closestMatch } from "../../io/text/closest-match.js";
import { checkPair, type CheckedPair } from "../../tls/issue/check-pair.js";
import type { PemPair } from "../../tls/issue/certificate.js";
import type { GivenSettings } from "./given-settings.js";
import { checkSettings, serverOptions, type Settings } from "./options-table.js";
import type { ServerOptions } from "./server-options.js";

/** What an option of the library alone has to be, in words, and whether it is. */
type Kind = readonly [what: string, is: (value: unknown) => boolean];

const TEXT: Kind = ["a text", (value) => typeof value === "string"];
const SWITCH: Kind = ["true or false", (value) => typeof value === "boolean"];
const CALLBACK: Kind = ["a function", (value) => typeof value === "function"];
const listOf = ([what, is]: Kind): Kind => [
  `a list in which each entry is ${what}`,
  (value) => Array.isArray(value) && value.every(is),
];

const kinds: Readonly<Record<Exclude<keyof ServerOptions, keyof GivenSettings>, Kind>> = {
  root: TEXT,
  routes: listOf(CALLBACK),
  certificate: [
    "a pair: { cert, key }",
    (value) => typeof value === "function" || (typeof value === "object" && value !== null),
  ],
  trusted: SWITCH,
  hidden: listOf(TEXT),
  onKeyLog: CALLBACK,
  onRequest: CALLBACK,
  onScan: CALLBACK,
  onNotice: CALLBACK,
  onLiveChange: CALLBACK,
  onError: CALLBACK,
};

/**
 * The settings among the options, checked, and the defaults of the others.
 *
 * @throws {H2PushError} "usage", naming the option
 */
export function checkOptions(options: ServerOptions): Settings {
  const known = new Map<string, Kind>(Object.entries(kinds));
  for (const [name, value] of Object.entries<unknown>({ ...options })) {
    if (name in serverOptions) continue;
    const kind = known.get(name);
    if (kind === undefined) throw unknownOption(name, [...known.keys(), ...Object.keys(serverOptions)]);
    const [what, is] = kind;
    if (value !== undefined && !is(value)) throw new H2PushError("usage", `not ${what}: ${name}`, undefined);
  }
  return checkSettings(options);
}

function unknownOption(name: string, known: readonly string[]): H2PushError {
  const near = name === "cert" || name === "key" ? "certificate: { cert, key }" : closestMatch(name, known);
  const hint = near === undefined ? `the options are ${known.join(", ")}` : `did you mean ${near}?`;
  return new H2PushError("usage", `unknown option: ${name}`, hint);
}

/**
 * The pair that a server was given.
 *
 * @throws {H2PushError} "certificate" when it is none that can be used
 */
export function checkGivenPair(given: PemPair): CheckedPair {
  const { cert, key }: { readonly cert?: unknown; readonly key?: unknown } = given;
  const names = { cert: "certificate.cert", key: "certificate.key" };
  if (typeof cert === "string" && typeof key === "string") return checkPair({ cert, key }, names);
  const wrong = typeof cert === "string" ? names.key : names.cert;
  throw new H2PushError("certificate", `not a text: ${wrong}`, 'pass what readFileSync(file, "utf8") reads');
}
