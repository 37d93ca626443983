import { opendir } from "node:fs/promises";
import { encodeSegment } from "../../scanner/list-pages.js";
import { isAbsent, isForbidden } from "../../files/file.js";
import type { Entry, FileTree } from "../../files/tree.js";
import { escapeHtml } from "../../io/text/escape-html.js";
import { page } from "../http/html-page.js";

/** What a listing is sorted by, as its query says. */
export interface Order {
  readonly by: "name" | "size" | "time";
  readonly descending: boolean;
}

/** Entries that are looked at together. */
const ENTRIES_AT_A_TIME = 32;

/**
 * The entries of a directory that may be found, in the order of the system;
 * none when it has gone, undefined when this user may not see them.
 *
 * @param isOver nobody wants them any more
 */
export async function entriesOf(
  tree: FileTree,
  directory: string,
  isOver: () => boolean,
): Promise<readonly Entry[] | undefined> {
  const entries: Entry[] = [];
  let batch: Promise<Entry | undefined>[] = [];
  const finish = async () => {
    for (const entry of await Promise.all(batch)) if (entry !== undefined) entries.push(entry);
    batch = [];
  };
  try {
    for await (const { name } of await opendir(directory)) {
      // What can't be looked at is left out: a dead mount, a file that another program holds on Windows.
      batch.push(tree.entry(directory, name).catch(() => undefined));
      if (batch.length === ENTRIES_AT_A_TIME) await finish();
      if (isOver()) return [];
    }
  } catch (error) {
    if (isForbidden(error)) return undefined;
    if (!isAbsent(error)) throw error;
  }
  await finish();
  return entries;
}

/** The order that a query asks for: `?sort=size&order=desc`; by name without one. */
export function orderIn(query: string): Order {
  const asked = new URLSearchParams(query);
  const sort = asked.get("sort");
  return { by: sort === "size" || sort === "time" ? sort : "name", descending: asked.get("order") === "desc" };
}

/**
 * A page that lists a directory. It works without scripts: each column's
 * heading is a link to the same page in that order.
 *
 * @param pathname URL path of the directory, percent-encoded, with its slash
 * @param isTop there is no directory above it
 */
export function listingPage(pathname: string, entries: readonly Entry[], order: Order, isTop: boolean): Buffer {
  const title = decodeURIComponent(pathname);
  const up = isTop ? "" : `\n<tr><td><a href="../">../</a><td><td>`;
  const rows = sorted(entries, order).map(row).join("\n");
  const heading = (by: Order["by"], text: string) => {
    const current = by === order.by;
    const query = `?sort=${by}${current && !order.descending ? "&amp;order=desc" : ""}`;
    const aria = current ? ` aria-sort="${order.descending ? "descending" : "ascending"}"` : "";
    return `<th scope="col"${aria}><a href="${query}">${text}</a>`;
  };
  return page(
    title,
    `<h1>${escapeHtml(title)}</h1>
<table>
<thead><tr>${heading("name", "Name")}${heading("size", "Size")}${heading("time", "Changed")}
<tbody>${up}
${rows}
</table>`,
    STYLE,
  );
}

const STYLE = `
table { width: 100%; border-spacing: 0 } th { text-align: start } td:nth-child(n + 2), th:nth-child(n + 2) { text-align: end; white-space: nowrap; padding-inline-start: 1.5rem; font-variant-numeric: tabular-nums }
[aria-sort=ascending] a::after { content: " \\2191" } [aria-sort=descending] a::after { content: " \\2193" }`;

function row({ name, kind, size, mtimeMs }: Entry): string {
  const slash = kind === "directory" ? "/" : "";
  // "./": a name with a colon in it would be a scheme.
  const href = `./${encodeSegment(name)}${slash}`;
  const time = new Date(mtimeMs).toISOString();
  const shown = `<time datetime="${time}">${time.slice(0, 16).replace("T", " ")}</time>`;
  const bytes = kind === "directory" ? "" : size.toLocaleString("en");
  return `<tr><td><a href="${escapeHtml(href)}">${escapeHtml(name + slash)}</a><td>${bytes}<td>${shown}`;
}

/** Directories first; names as people count, equal sizes and times by name. */
function sorted(entries: readonly Entry[], { by, descending }: Order): readonly Entry[] {
  const names = new Intl.Collator("en", { numeric: true });
  const key = { name: () => 0, size: ({ size }: Entry) => size, time: ({ mtimeMs }: Entry) => mtimeMs }[by];
  const sign = descending ? -1 : 1;
  return [...entries].sort((a, b) => {
    if (a.kind !== b.kind) return a.kind === "directory" ? -1 : 1;
    return sign * (key(a) - key(b) || names.compare(a.name, b.name));
  });
}
