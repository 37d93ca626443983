import { frameDestinations } from "../../delivery/navigation.js";
import {
  decodedPath,
  type ExportedFile,
  type ExportedSite,
  isAtLeast,
  linksOf,
  pagePattern,
  treePattern,
} from "../format.js";
import { type Rule, shareLists } from "../shared-lists.js";
import type { ExportedPage } from "../exported-page.js";
import { quotedString } from "../../io/text/quoted-string.js";

/** Pages in one expression. */
const MAX_PAGES = 50;

/**
 * Conditions on the path of a page with the `Link` fields it gets, for a
 * `.htaccess` or a `Directory` block. Apache pushes what `Link` announces, and
 * what `H2PushResource` names, to clients that take pushes.
 */
export function apache({ pages, earlyHints, version }: ExportedSite): ExportedFile[] {
  const { lists, rules } = shareLists(pages);
  const sends103 = earlyHints && isAtLeast(version, [2, 4, 58]);
  const conditions = gathered(rules).map(({ list, patterns }) => {
    const pattern = patterns.length === 1 ? patterns[0] : `(?:${patterns.join("|")})`;
    const page = lists.get(list);
    const lines = page === undefined ? [] : directives(page, sends103);
    return [`<ElseIf "%{REQUEST_URI} =~ m#^${pattern}$#">`, ...lines, "</ElseIf>"].join("\n");
  });
  const text = ["<IfModule mod_headers.c>", FRAMED, ...conditions, "</IfModule>"];
  const usage = [
    "Put this into the .htaccess of the site's root (AllowOverride FileInfo), or into its Directory block.",
    "mod_headers has to be enabled. With mod_http2, clients that take pushes are pushed all that is named here.",
    sends103
      ? "For the 103, put H2EarlyHints on into the configuration of the server or the virtual host."
      : "H2EarlyHints has to stay off, as it is by default: h2push export --early-hints writes what it needs.",
  ];
  return [{ name: ".htaccess", usage, text: text.join("\n") }];
}

/** A frame may be sandboxed, and what needs CORS is then refused to it. `req_novary` says nothing of that in `Vary`. */
const FRAMED = `<If "req_novary('Sec-Fetch-Dest') =~ m#^(?:${frameDestinations.join("|")})$#">\n</If>`;

/** Apache's own errors go without such a field; those of a server behind it would have it. */
const FOUND = '"expr=%{REQUEST_STATUS} -lt 400"';

function directives({ links, hints, pushes }: ExportedPage, sends103: boolean): string[] {
  const lines = linksOf(links).map(
    (link) => `    Header add Link ${quotedString(link.replaceAll("%", "%%"))} ${FOUND}`,
  );
  const announced = new Set(links.flatMap(({ target, rel }) => (rel === "preload" ? target : [])));
  // Beside a 103 there are none: Apache would put them into it, without saying what they are.
  const others = sends103 ? [] : pushes.filter(({ target }) => !announced.has(target));
  const http2 = [
    ...others.map(({ target }) => `        H2PushResource add ${quotedString(target)}`),
    ...(sends103 ? linksOf(hints).map((link) => `        H2EarlyHint Link ${quotedString(link)}`) : []),
  ];
  return http2.length === 0 ? lines : [...lines, "    <IfModule mod_http2.c>", ...http2, "    </IfModule>"];
}

/** Rules one after another that give the same list, as one; in a path as Apache compares it, decoded. */
function gathered(rules: readonly Rule[]): { readonly list: number; readonly patterns: string[] }[] {
  const gathered: { readonly list: number; readonly patterns: string[]; readonly kind: Rule["kind"] }[] = [];
  // Those of single pages exclude each other, and so may come in any order.
  const ordered = rules.toSorted((a, b) => (a.kind === "page" && b.kind === "page" ? a.list - b.list : 0));
  for (const rule of ordered) {
    const last = gathered.at(-1);
    const pattern =
      rule.kind === "page" ? pagePattern(decodedPath(rule.pathname)) : treePattern(decodedPath(rule.directory));
    if (last?.list === rule.list && last.kind === rule.kind && last.patterns.length < MAX_PAGES) {
      last.patterns.push(inExpression(pattern));
    } else gathered.push({ list: rule.list, patterns: [inExpression(pattern)], kind: rule.kind });
  }
  return gathered;
}

/** Inside the quotes of the condition. */
const inExpression = (pattern: string) =>
  pattern
    .replaceAll(/\\?#/g, String.raw`\x23`)
    .replaceAll('"', String.raw`\x22`)
    .replaceAll("%", String.raw`\x25`);
