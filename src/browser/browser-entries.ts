import { posix } from "node:path";
import { pathOf } from "../io/request-target.js";
import type { Destination } from "../manifest/destination.js";
import type { ManifestEntry } from "../manifest/types.js";
import type { FileAnswer, LookedUp } from "../scanner/lookup.js";
import { hasModuleSyntax } from "../scanner/modules/module-syntax.js";
import { readAsync } from "../scanner/site-files/read-file.js";
import { isHtml, mediaType } from "../files/media-type.js";
import { linkForm, type LinkForm } from "../learn/link-form.js";
import type { ColdLoad } from "./driver.js";
import type { SeenTarget } from "./seen-targets.js";

/** A page, and what its entries are told by. */
export interface SeenPage {
  readonly file: FileAnswer;
  /** Without a slash at its end. */
  readonly origin: string;
  readonly load: ColdLoad;
  /** What the server would answer. */
  readonly look: (target: string, navigates: boolean) => Promise<LookedUp>;
}

/** The entries for what a page has asked for, in its order: files of the site alone. */
export async function browserEntries(seen: readonly SeenTarget[], page: SeenPage): Promise<readonly ManifestEntry[]> {
  const html = await readAsync(page.file, (bytes) => bytes.toString());
  const entries = await Promise.all(seen.map((target) => entryOf(target, page, html)));
  return entries.flatMap((entry) => entry ?? []);
}

async function entryOf(seen: SeenTarget, page: SeenPage, html: string): Promise<ManifestEntry | undefined> {
  const { target, destination, forPaint } = seen;
  const found = await page.look(target, seen.mode === "navigate");
  // A page that a script fetches is the next one, fetched ahead.
  if (found.kind !== "file" || (destination === "empty" && isHtml(mediaType(found.file)))) return undefined;
  const form = await formOf(seen, found, page);
  if (form === undefined) return undefined;
  const when = forPaint === undefined ? {} : ({ when: forPaint ? "paint" : "load" } as const);
  // The browser finds an image that the HTML names, by whatever reference, and gives it a better priority.
  const isNamed = destination === "image" && html.includes(posix.basename(pathOf(target)));
  const named = isNamed ? ({ named: true } as const) : {};
  return { target, ...form, ...named, ...when, by: "browser", bytes: found.size };
}

/** Documents within the page. */
const DOCUMENTS: ReadonlyMap<string, Destination> = new Map(
  Object.entries({
    embed: "embed",
    frame: "document",
    iframe: "document",
    object: "object",
  }),
);

async function formOf(seen: SeenTarget, file: FileAnswer, { origin, load }: SeenPage): Promise<LinkForm | undefined> {
  const { target, destination, mode } = seen;
  const url = origin + target;
  const { report, scripts } = load;
  const frame = DOCUMENTS.get(destination);
  if (frame !== undefined) return { as: frame };
  const isModule = destination === "script" && (scripts.get(url) ?? (await hasModuleSyntax(file)));
  // `use` and `filter` of an SVG ask for images of the same origin alone: no preload matches them.
  const form =
    mode === "same-origin" && destination === "image" ? ({ as: "image" } as const) : linkForm(seen, isModule);
  if (form === undefined) return undefined;
  if (seen.isForeign || report.candidates.includes(url)) return { as: form.as };
  const integrity = report.integrity[url];
  return integrity === undefined || destination === "font" ? form : { ...form, integrity };
}
