import { markLength } from "../io/encoding/charset.js";
import { OWN_ATTRIBUTE } from "../scanner/html/elements/link-element.js";
import { HtmlLexer } from "../scanner/html/lexer.js";

/** Elements of a head; any other start tag ends it (HTML §13.2.6.4.4). */
const IN_HEAD = new Set(
  "html head meta title base link style script noscript template noframes basefont bgsound".split(" "),
);

/** Those whose content is text to the parser, or does not count for what stands behind them. */
const WITH_CONTENT = new Set("title style script noscript template noframes".split(" "));

/** A `meta` that has to come before an announcement: the encoding, what the page may load, and the viewport that `media` asks. */
const FIRST_META = /^(?:content-security-policy|content-type|viewport|referrer)$/i;

/** Our own announcements in a page, each with the line break behind it. */
export function ownLinks(bytes: Buffer): readonly (readonly [start: number, end: number])[] {
  if (!bytes.includes(OWN_ATTRIBUTE)) return [];
  const lexer = new HtmlLexer(bytes);
  const found: [number, number][] = [];
  for (let token = lexer.next(); token !== "eof"; token = lexer.next()) {
    if (token !== "start") continue;
    const { name } = lexer.tag;
    if (name === "script" || name === "style" || name === "title") lexer.rawText();
    if (name !== "link" || lexer.attribute(OWN_ATTRIBUTE) === undefined) continue;
    const end = lexer.position;
    found.push([lexer.start, bytes[end] === 0x0a ? end + 1 : end]);
  }
  return found;
}

/** Where announcements stand: offsets in bytes. */
export interface HeadPlaces {
  /** Behind what has to come first (the encoding, a policy, `base`, an import map), else at the beginning of the head. */
  readonly first: number;
  /** There, or behind the head's stylesheets: an image that is asked for before them takes the line from them. */
  readonly behindStyles: number;
}

/** Where in a page announcements work as soon as they can. */
export function placesInHead(bytes: Buffer): HeadPlaces {
  const lexer = new HtmlLexer(bytes);
  // A byte order mark is no text.
  lexer.position = markLength(bytes);
  let first = afterDoctype(bytes);
  let behindStyles = first;
  let isFirst = true;
  for (let token = lexer.next(); token !== "eof" && !lexer.hasText; token = lexer.next()) {
    const { name } = lexer.tag;
    if (token === "end") {
      if (name === "head") break;
      continue;
    }
    if (!IN_HEAD.has(name)) break;
    if (isFirst) first = lexer.start;
    isFirst = false;
    const comesFirst = isBeforeLinks(lexer);
    const isSheet = name === "link" && /\bstylesheet\b/i.test(lexer.attribute("rel") ?? "");
    if (WITH_CONTENT.has(name)) skipContent(lexer, name);
    if (comesFirst) first = lexer.position;
    if (isSheet) behindStyles = lexer.position;
  }
  return { first, behindStyles: Math.max(first, behindStyles) };
}

function isBeforeLinks(lexer: HtmlLexer): boolean {
  switch (lexer.tag.name) {
    case "html":
    case "head":
    case "base":
      return true;
    case "meta": {
      const kind = lexer.attribute("http-equiv") ?? lexer.attribute("name") ?? "";
      return lexer.attribute("charset") !== undefined || FIRST_META.test(kind.trim());
    }
    case "script":
      return lexer.attribute("type")?.trim().toLowerCase() === "importmap";
    default:
      return false;
  }
}

/** Goes on behind the end tag of an element. */
function skipContent(lexer: HtmlLexer, name: string): void {
  lexer.rawText();
  const { hasText } = lexer;
  for (let token = lexer.next(); token !== "eof"; token = lexer.next()) {
    if (token === "end" && lexer.tag.name === name) break;
  }
  lexer.hasText = hasText;
}

/** The end of the document type, with what may stand before it: there a head begins whose tag is left out. */
function afterDoctype(bytes: Buffer): number {
  const start = bytes.toString("latin1", 0, 4096);
  return /^(?:\u00EF\u00BB\u00BF)?(?:\s|<!--.*?-->)*(?:<!doctype[^>]*>)?/is.exec(start)?.[0].length ?? 0;
}
