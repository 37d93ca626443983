import type { Candidate } from "./cascade.js";
import type { Variables } from "./custom-properties.js";

/** The text of a pseudo-element; undefined when there is none. */
export function generatedText(candidates: readonly Candidate[] | undefined, variables: Variables): string | undefined {
  let text: string | undefined;
  const contents = (candidates ?? []).flatMap(({ value }) => variables.substitute(value, "here"));
  for (const content of contents) {
    if (content === undefined || /^(?:none|normal|initial|unset)$/i.test(content)) continue;
    text = (text ?? "") + textOf(content);
  }
  return text;
}

/** What stands beyond that shows no other characters, or is an attack. */
const MAX_CONTENT_LENGTH = 10_000;

/** Characters of the strings in a `content` value; a counter or an attribute's value counts as a letter. */
function textOf(value: string): string {
  const content = value.slice(0, MAX_CONTENT_LENGTH);
  let text = /\b(?:counters?|attr)\(|-quote\b/i.test(content) ? "a" : "";
  for (const [, double, single] of content.matchAll(/"((?:[^"\\]|\\[^])*)"|'((?:[^'\\]|\\[^])*)'/g)) {
    text += unescapeString(double ?? single ?? "");
  }
  return text;
}

function unescapeString(text: string): string {
  return text.replaceAll(/\\([0-9a-f]{1,6})\s?|\\([^])/gi, (_, hex: string | undefined, char: string | undefined) => {
    const code = hex === undefined ? undefined : Number.parseInt(hex, 16);
    return code === undefined ? (char ?? "") : code <= 0x10ffff ? String.fromCodePoint(code) : "";
  });
}
