import { encodingOf } from "./encoding-label.js";

/** What a tag, a comment or what is treated as one begins with. */
const MARKUP = /<(?:(!--)|(\/?)([a-z][^\t\n\f\r />]*)|[!/?])/gi;

/** One attribute, with what stands before it. A value whose quote is not closed goes to the end. */
const ATTRIBUTE =
  /[\t\n\f\r /]*(?:(=?[^\t\n\f\r />=]+|=)(?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)(?:"|$)|'([^']*)(?:'|$)|([^\t\n\f\r >]*)))?)/y;

/** The label in the `content` of a `meta` element (HTML §2.4.5, "extracting a character encoding"). */
const CONTENT = /charset[\t\n\f\r ]*=[\t\n\f\r ]*(?:"([^"]*)"|'([^']*)'|([^\t\n\f\r ;"'][^\t\n\f\r ;]*))/i;

/** Elements whose content is text: a `meta` in there is none, as Chromium has it. The standard's own prescan looks into them. */
const RAW = /^(?:iframe|noembed|noframes|script|style|textarea|title|xmp)$/i;

/**
 * The encoding that the first `meta` element with a known one names (HTML
 * §13.2.3.2, "prescan a byte stream to determine its encoding").
 *
 * @param text the bytes to be looked at, as Latin-1. A tag that they cut off does not count.
 */
export function metaEncoding(text: string): string | undefined {
  let at = 0;
  for (;;) {
    MARKUP.lastIndex = at;
    const markup = MARKUP.exec(text);
    if (markup === null) return undefined;
    const [, comment, slash, name] = markup;
    if (comment !== undefined) at = behind(text, "-->", markup.index + 2);
    else if (name === undefined) at = behind(text, ">", MARKUP.lastIndex);
    else {
      const tag = readAttributes(text, MARKUP.lastIndex);
      if (tag.end === undefined) return undefined;
      at = tag.end;
      const encoding = slash === "" && /^meta$/i.test(name) ? namedIn(tag.attributes) : undefined;
      if (encoding !== undefined) return encoding;
      if (slash === "" && RAW.test(name)) at = endOfText(text, name, at);
    }
  }
}

function behind(text: string, wanted: string, from: number): number {
  const at = text.indexOf(wanted, from);
  return at === -1 ? text.length : at + wanted.length;
}

function endOfText(text: string, name: string, from: number): number {
  const end = new RegExp(`</${name}[\\t\\n\\f\\r />]`, "gi");
  end.lastIndex = from;
  return end.exec(text)?.index ?? text.length;
}

interface Tag {
  readonly attributes: ReadonlyMap<string, string>;
  /** Where it ends; undefined where it is cut off. */
  readonly end: number | undefined;
}

/** The first attribute of each name. */
function readAttributes(text: string, from: number): Tag {
  const attributes = new Map<string, string>();
  let end = from;
  for (;;) {
    ATTRIBUTE.lastIndex = end;
    const attribute = ATTRIBUTE.exec(text);
    if (attribute === null) {
      const close = text.indexOf(">", end);
      return { attributes, end: close === -1 ? undefined : close + 1 };
    }
    end = ATTRIBUTE.lastIndex;
    const [, name = "", double, single, bare = ""] = attribute;
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, double ?? single ?? bare);
  }
}

/** The encoding that a `meta` element names: in `charset`, or in `content` where it says by `http-equiv` what that is. */
function namedIn(attributes: ReadonlyMap<string, string>): string | undefined {
  const isContentType = attributes.get("http-equiv")?.toLowerCase() === "content-type";
  const found = isContentType ? CONTENT.exec(attributes.get("content") ?? "") : null;
  const label = attributes.get("charset") ?? found?.[1] ?? found?.[2] ?? found?.[3];
  const encoding = label === undefined ? undefined : encodingOf(label);
  if (encoding === "utf-16le" || encoding === "utf-16be") return "utf-8";
  return encoding === "x-user-defined" ? "windows-1252" : encoding;
}
