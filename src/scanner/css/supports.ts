import { wordSet } from "../../io/text/word-set.js";
import { isInvalid } from "./declarations.js";
import properties from "./known-properties.txt?raw";
import { parseDeclaration } from "./syntax.js";
import { condition } from "./boolean-condition.js";
import { parseSelectors } from "./selectors/parser.js";

/** Properties that a current browser knows: what Chromium 156 takes in `@supports (name: initial)`. */
const CSS_PROPERTIES = wordSet(properties);

/** A word that `display` may have (CSS Display 4 §2). */
const DISPLAY_WORD =
  /^(?:(?:inline|block|flow|flow-root|flex|grid|table|ruby|math|list-item|none|contents)|inline-(?:block|flex|grid|table)|-webkit-(?:inline-)?(?:box|flex)|(?:table|ruby)-[-a-z]+|inherit|initial|unset|revert|revert-layer)$/i;

function isDisplay(value: string): boolean {
  return (
    /\bvar\(/i.test(value) ||
    value
      .trim()
      .split(/\s+/)
      .every((word) => DISPLAY_WORD.test(word))
  );
}

/**
 * Whether a current browser meets an `@supports` condition. Of a declaration
 * the property decides, unless the value is in another browser's dialect: a
 * list of every value would be long, and out of date.
 */
export function isSupported(text: string): boolean {
  const decide = (inside: string, name: string): boolean | undefined => {
    if (name === "selector") return parseSelectors(inside) !== undefined;
    if (name === "font-tech") return !/incremental|aat|graphite/i.test(inside);
    if (name === "font-format") return /woff|opentype|truetype|collection/i.test(inside);
    if (name !== "") return undefined;
    const declaration = parseDeclaration(inside);
    if (declaration === undefined || isInvalid(declaration.value) || /-apple-/.test(inside)) return false;
    if (declaration.property === "display" && !isDisplay(declaration.value)) return false;
    return declaration.property.startsWith("--") || CSS_PROPERTIES.has(declaration.property);
  };
  const bare = /^[-\w]+\s*:/.test(text) ? `(${text})` : text;
  return condition(bare, decide) === true;
}
