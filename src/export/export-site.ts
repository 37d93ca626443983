import type { Announcement } from "../delivery/announcement.js";
import type { ManifestEntry } from "../manifest/types.js";
import { H2PushError } from "../errors.js";
import { type ExportedPage, exportPage, type LeftOut } from "./exported-page.js";
import type { ExportedFile, ExportedSite } from "./format.js";
import { apache } from "./formats/apache.js";
import { caddy } from "./formats/caddy.js";
import { firebase } from "./formats/firebase.js";
import { haproxy } from "./formats/haproxy.js";
import { headers } from "./formats/headers.js";
import { h2o, nghttpx } from "./formats/mruby.js";
import { nginx } from "./formats/nginx.js";
import { pushManifest } from "./formats/push-manifest.js";
import { vercel } from "./formats/vercel.js";
import { type JsonRule, withOwnRules } from "./json-part.js";
import { othersIn, withOwnPart } from "./own-part.js";
import { MAX_VERCEL_RULES, type Target, type TargetName, targets } from "./targets.js";

/** What every page needs, by its canonical URL path. */
export type SiteNeeds = ReadonlyMap<string, readonly ManifestEntry[]>;

export interface ExportOptions {
  readonly target: TargetName;
  readonly announce: Announcement;
  /** Send a 103, where the target can. */
  readonly earlyHints: boolean;
  /** Version of the target's program: [1, 22, 1]. */
  readonly version: readonly number[] | undefined;
  /** What the site says of a target's freshness; undefined where that is the host's to say. */
  readonly freshness: (target: string) => "fresh" | "stale" | undefined;
  /** See `ExportedSite`. */
  readonly mixed: ReadonlySet<string>;
  /** How it was made, in a sentence. */
  readonly made: string;
  /** What a file of the export has already; nothing where there is none. */
  readonly existing: (name: string) => Promise<Buffer>;
}

/** A file as it is to be written. */
export interface WrittenFile {
  readonly name: string;
  readonly content: Buffer;
}

export interface Exported {
  readonly files: readonly WrittenFile[];
  readonly pages: readonly ExportedPage[];
  /** What the target can't say, and why. */
  readonly left: readonly LeftOut[];
  /** Pages for which its limits leave no room. */
  readonly omitted: readonly ExportedPage[];
}

/** What becomes of every page's list with a target. */
export function exportPages(
  needs: SiteNeeds,
  options: Pick<ExportOptions, "target" | "announce" | "earlyHints" | "freshness">,
): { readonly pages: readonly ExportedPage[]; readonly left: readonly LeftOut[] } {
  const target: Target = targets[options.target];
  const isStale = (path: string) =>
    (options.freshness(path) ?? (target.sendsStale === true ? "stale" : "fresh")) === "stale";
  const all = [...needs].map(([pathname, entries]) => exportPage(pathname, entries, { ...target, isStale }, options));
  return { pages: all.map(({ page }) => page), left: all.flatMap(({ left }) => left) };
}

/**
 * Writes what every page needs in the form of a target.
 *
 * @throws {H2PushError} "manifest" for a file that is there and is not what it should be
 */
export async function exportSite(needs: SiteNeeds, options: ExportOptions): Promise<Exported> {
  const { pages, left } = exportPages(needs, options);
  const site: ExportedSite = { pages, ...options };
  const whole = { pages, left, omitted: [] };
  switch (options.target) {
    case "headers": {
      const existing = await options.existing("_headers");
      const { before, after } = othersIn(existing.toString("latin1"), "_headers");
      const { file, omitted } = headers(site, before + after);
      return { ...whole, files: [commented(file, options, existing)], omitted };
    }
    case "json":
      return { ...whole, files: [{ name: "manifest.json", content: manifestContent(needs) }] };
    case "http2-push-manifest":
      return { ...whole, files: [{ name: "push_manifest.json", content: Buffer.from(pushManifest(pages)) }] };
    case "firebase":
    case "vercel":
      return { ...whole, files: [await merged(site, options)] };
    case "html":
      throw new H2PushError("usage", "--to html without --inject", "pass the directory of the copy: --inject DIR");
    case "apache":
    case "caddy":
    case "h2o":
    case "haproxy":
    case "nghttpx":
    case "nginx": {
      const unwritable: RegExp | undefined = (targets[options.target] as Target).unwritable;
      const omitted = pages.filter(({ pathname }) => unwritable?.test(pathname) === true);
      const files = FORMATS[options.target]({ ...site, pages: pages.filter((page) => !omitted.includes(page)) });
      const written = files.map(async (file) => commented(file, options, await options.existing(file.name)));
      return { ...whole, files: await Promise.all(written), omitted };
    }
  }
}

const FORMATS = { apache, caddy, h2o, haproxy, nghttpx, nginx } as const;

/** A file with our part: how it was made, what to do with it, and what it says. */
function commented({ name, usage, text }: ExportedFile, { made }: ExportOptions, existing: Buffer): WrittenFile {
  const comment = [made, ...usage].map((line) => `# ${line}`);
  const part = Buffer.from([...comment, text].join("\n")).toString("latin1");
  // In whatever encoding the rest is: byte for byte.
  return { name, content: Buffer.from(withOwnPart(existing.toString("latin1"), part, name), "latin1") };
}

function withoutRel({ rel: _rel, ...entry }: ManifestEntry): ManifestEntry {
  return entry;
}

/** A manifest of what a target is told, by a 103 alone too: what it pushes without announcing it has no `rel`. */
export function toldNeeds(pages: readonly ExportedPage[]): SiteNeeds {
  const told = ({ links, hints, pushes }: ExportedPage) => {
    const announced = [...links, ...hints.filter((entry) => !links.includes(entry))];
    return [...announced, ...pushes.filter((entry) => !announced.includes(entry)).map(withoutRel)];
  };
  return new Map(pages.map((page) => [page.pathname, told(page)]));
}

/** The manifest in our own form. */
export const manifestContent = (needs: SiteNeeds): Buffer =>
  Buffer.from(`${JSON.stringify({ version: 1, pages: Object.fromEntries(needs) }, undefined, 2)}\n`);

async function merged(site: ExportedSite, { target, existing }: ExportOptions): Promise<WrittenFile> {
  const isVercel = target === "vercel";
  const name = isVercel ? "vercel.json" : "firebase.json";
  const text = (await existing(name)).toString();
  const rules: readonly JsonRule[] = isVercel ? vercel(site) : firebase(site);
  if (isVercel && rules.length > MAX_VERCEL_RULES) {
    const hint = "Vercel would refuse the deployment: write the links into the pages, with --inject DIR";
    throw new H2PushError("output", `${rules.length} rules for vercel.json, of ${MAX_VERCEL_RULES} at most`, hint);
  }
  const written = withOwnRules(text, isVercel ? ["headers"] : ["hosting", "headers"], rules);
  if (written !== undefined) return { name, content: Buffer.from(written) };
  const what = isVercel ? '{ "headers": [ … ] }' : '{ "hosting": { "headers": [ … ] } }, for one site';
  throw new H2PushError("manifest", `not a ${name} that rules can be added to`, `it has to be JSON: ${what}`);
}
