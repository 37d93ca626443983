import { unquote } from "./syntax.js";
import { functionEnd, hasUrlModifiers, imagesIn } from "./values.js";

/** What an `@import` says. */
interface ImportParts {
  readonly url: string;
  readonly layer: string | undefined;
  readonly supports: string | undefined;
  readonly media: string;
}

/** `url layer? supports()? media*` (CSS Cascade 5 §2). */
export function readImport(text: string): ImportParts | undefined {
  const quoted = /^(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')/.exec(text)?.[0];
  const end = quoted === undefined ? functionEnd(text, text.indexOf("(")) + 1 : quoted.length;
  const url = quoted === undefined ? imagesIn(text.slice(0, end), 1)[0] : unquote(quoted);
  // With modifiers it is fetched in a way that no link says.
  if (url === undefined || url === "" || hasUrlModifiers(text)) return undefined;
  let rest = text.slice(end).trim();
  let layer: string | undefined;
  const layered = /^layer(?:\(([^)]*)\))?(?![-\w])/i.exec(rest);
  if (layered !== null) {
    layer = (layered[1] ?? "").trim();
    rest = rest.slice(layered[0].length).trim();
  }
  let supports: string | undefined;
  if (/^supports\(/i.test(rest)) {
    const close = functionEnd(rest, 8);
    supports = rest.slice(9, close);
    rest = rest.slice(close + 1).trim();
  }
  return { url, layer, supports, media: rest };
}
