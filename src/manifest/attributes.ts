import type { H2PushError } from "../errors.js";
import type { EntryMarks, LinkAttributes } from "./types.js";

/** Makes the error for a value in a manifest. */
export interface Wrong {
  wrong(what: string, value: unknown, hint: string): H2PushError;
}

/** What each attribute of an entry may say: one of these values, or any text that a field can hold. */
const VALUES: Readonly<Record<keyof (LinkAttributes & EntryMarks), readonly (string | true)[] | undefined>> = {
  named: [true],
  blocking: [true],
  when: ["paint", "load"],
  route: [true],
  by: ["traffic", "browser"],
  rel: ["preload", "modulepreload"],
  type: undefined,
  crossorigin: ["anonymous", "use-credentials"],
  integrity: undefined,
  media: undefined,
  fetchpriority: ["high", "low"],
  imagesrcset: undefined,
  imagesizes: undefined,
};

/**
 * The attributes of an entry's `Link` and its marks, as a manifest has them. A name that is
 * not known is a mistake: an attribute that a browser misses makes it fetch
 * the target twice.
 *
 * @throws {H2PushError} "manifest", naming the value
 */
export function checkAttributes(
  attributes: Readonly<Record<string, unknown>>,
  place: Wrong,
): LinkAttributes & EntryMarks {
  for (const [name, value] of Object.entries(attributes)) {
    if (!isName(name)) {
      throw place.wrong("not an attribute of an entry", name, `choose from ${Object.keys(VALUES).join(", ")}`);
    }
    const words = VALUES[name];
    const hint = words === undefined ? "it is a text of visible ASCII characters" : `choose ${words.join(" or ")}`;
    const fits = words === undefined ? isText(value) : words.some((word) => word === value);
    if (!fits) {
      throw place.wrong(`not a value of "${name}"`, value, hint);
    }
  }
  return attributes;
}

const isText = (value: unknown) => typeof value === "string" && /^[\t\x20-\x7e]+$/.test(value);

function isName(name: string): name is keyof typeof VALUES {
  return Object.hasOwn(VALUES, name);
}
