import { frameDestinations } from "../../delivery/navigation.js";
import { decodedPath, type ExportedFile, type ExportedSite, linksOf, pagePattern, treePattern } from "../format.js";
import { shareLists } from "../shared-lists.js";
import type { ExportedPage } from "../exported-page.js";

/** Maps from the path of a page to its `Link`, and the lines of a frontend that use them. */
export function haproxy({ pages, earlyHints }: ExportedSite): ExportedFile[] {
  const { lists, rules } = shareLists(pages);
  const lines = rules.flatMap((rule) => {
    const pattern =
      rule.kind === "page" ? pagePattern(decodedPath(rule.pathname)) : treePattern(decodedPath(rule.directory));
    return `^${inKey(pattern)}$ ${rule.list}`;
  });
  const field = (part: "links" | "hints") =>
    [...lists].map(([number, page]: readonly [number, ExportedPage]) => `${number} ${linksOf(page[part]).join(", ")}`);
  const config = [
    // A frame may be sandboxed, and what needs CORS is then refused to it.
    `http-request set-var(txn.h2push) path,url_dec,map_reg(h2push-pages.map,0) unless { req.hdr(sec-fetch-dest) ${frameDestinations.join(" ")} }`,
    ...(earlyHints ? ["http-request strict-mode off", earlyHint, "http-request strict-mode on"] : []),
    "http-response set-var(txn.h2push_link) var(txn.h2push),map(h2push-links.map)",
    // What has no room left in its buffer goes without links, and not as a 500.
    "http-response strict-mode off",
    "http-response add-header Link %[var(txn.h2push_link)] if { var(txn.h2push_link) -m len gt 0 } { status 200 304 }",
    "http-response strict-mode on",
  ];
  const usage = [
    "Fields of more than 1,024 bytes need room: tune.maxrewrite 9216 and tune.bufsize 32768 in the global section.",
    "Put these lines into the frontend of the site, with the paths of the maps as they are there.",
  ];
  return [
    { name: "h2push.cfg", usage, text: config.join("\n") },
    {
      name: "h2push-pages.map",
      usage: ["Which page has which list; the first line that fits counts."],
      text: lines.join("\n"),
    },
    { name: "h2push-links.map", usage: ["What a list announces."], text: field("links").join("\n") },
    ...(earlyHints
      ? [{ name: "h2push-hints.map", usage: ["What a 103 announces."], text: field("hints").join("\n") }]
      : []),
  ];
}

/** A key of a map ends at the first blank. */
const inKey = (pattern: string) =>
  pattern.replaceAll(/[\p{Cc} ]/gu, (blank) =>
    Buffer.from(blank)
      .toString("hex")
      .replaceAll(/../g, String.raw`\x$&`),
  );

/** A browser reads the 103 of a navigation over HTTP/2 alone. */
const earlyHint = [
  "http-request early-hint Link %[var(txn.h2push),map(h2push-hints.map)]",
  "if { var(txn.h2push),map(h2push-hints.map) -m len gt 0 } { req.ver 2.0 } { req.hdr(sec-fetch-mode) navigate }",
].join(" ");
