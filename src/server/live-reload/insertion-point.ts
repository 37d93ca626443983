/** What stands before the content of an HTML document, each from where the search is (HTML §13.2.5). */
const html = {
  skipped: /[\t\n\f\r ]+|<!--(?:-?>|[^]*?--!?>)|<\?[^>]*>|<!(?!--|doctype)[^>]*>/iy,
  doctype: /<!doctype[^>]*>/iy,
  root: /<html(?=[\t\n\f\r />])(?:"[^"]*"|'[^']*'|[^>"'])*>/iy,
  head: /<head(?=[\t\n\f\r />])(?:"[^"]*"|'[^']*'|[^>"'])*>/iy,
};

/** The same of XML: processing instructions, a document type with its internal subset, a root element of any name. */
const xml = {
  skipped: /[\t\n\r ]+|<!--[^]*?-->|<\?[^]*?\?>/y,
  doctype: /<!DOCTYPE(?:"[^"]*"|'[^']*'|\[[^]*?\]\s*(?=>)|[^>["'])*>/y,
  root: /<[^\s/>!?][^\s/>]*(?:\s(?:"[^"]*"|'[^']*'|[^>"'])*)?>/y,
  head: /<head(?:\s(?:"[^"]*"|'[^']*'|[^>"'])*)?>/y,
};

/**
 * Where a script can be put into a document so that it runs in every one and
 * changes nothing else: as the first child of `head`, or where the parser
 * opens `head` by itself. There nothing unclosed can swallow it, and the
 * document type stays first. A tag `<html>` or `<head>` is passed only when it
 * comes before all content: a parser would give `html` the attributes of a
 * later one, too.
 *
 * @param start the beginning of the document, without byte order mark
 * @returns an index; undefined for XML whose root element is empty or not found: a script outside of it is an error
 */
export function insertionPoint(start: string, isXml: boolean): number | undefined {
  const syntax = isXml ? xml : html;
  const doctype = pass(start, 0, syntax.skipped, syntax.doctype) ?? 0;
  const root = pass(start, doctype, syntax.skipped, syntax.root);
  if (isXml && (root === undefined || start[root - 2] === "/")) return undefined;
  const head = pass(start, root ?? doctype, syntax.skipped, syntax.head);
  return head !== undefined && !(isXml && start[head - 2] === "/") ? head : (root ?? doctype);
}

/**
 * Whether the beginning of a document that is still coming shows where its
 * script goes: more of it would not move that.
 */
export function isPlaceCertain(start: string, isXml: boolean): boolean {
  const at = insertionPoint(start, isXml);
  if (at === undefined) return false;
  if (/<head(?:[\t\n\f\r /][^<]*)?>$/i.test(start.slice(0, at))) return true;
  const { skipped } = isXml ? xml : html;
  let behind = at;
  for (let next = match(skipped, start, behind); next !== undefined; next = match(skipped, start, behind))
    behind = next;
  // A whole name of a tag, and one that is passed by no rule; or a text.
  const [, name] = /^(?:<(\/?[a-z][^\s/>]*)[\s/>]|[^<])/i.exec(start.slice(behind)) ?? [undefined, "html"];
  return name === undefined || !/^(?:html|head)$/i.test(name);
}

/** Behind the wanted, when only what is skipped stands before it. */
function pass(text: string, from: number, skipped: RegExp, wanted: RegExp): number | undefined {
  let at = from;
  for (let next = match(skipped, text, at); next !== undefined; next = match(skipped, text, at)) at = next;
  return match(wanted, text, at);
}

/** The end of what a sticky expression matches there. */
function match(expression: RegExp, text: string, at: number): number | undefined {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : undefined;
}
