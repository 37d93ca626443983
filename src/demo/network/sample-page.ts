import { writeLink } from "../../delivery/link.js";
import type { PageNeeds } from "../../scanner/types.js";
import { scan } from "../../server/scan/scan-directory.js";
import { sampleSite } from "../site.js";

/** The page that is loaded over the slow network, and what the scanner found that it needs. */
export interface SamplePage {
  readonly root: string;
  /** URL path. */
  readonly path: string;
  /** What it needs, as values of a `Link` field. */
  readonly links: readonly string[];
  /** For each target, what makes the page need it. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** One file of the page, for those who want to draw it before it is loaded. */
export interface SampleFile {
  readonly target: string;
  /** The file that makes it needed; undefined for the page. */
  readonly parent?: string;
}

const path = "/";

/** The files of the page, in the order in which it needs them. */
export function filesOf({ path, reasons }: SamplePage): SampleFile[] {
  const files = [...reasons].map(([target, reason]) => ({ target, parent: reason.replace(/^.* in /, "") }));
  return [{ target: path }, ...files];
}

/** Reads the sample page, which ships with the package. */
export async function readSamplePage(): Promise<SamplePage> {
  const found: PageNeeds[] = [];
  await scan(sampleSite, { pages: [path], onPage: (_pathname, needs) => found.push(needs) });
  const links = found.flatMap(({ entries }) => entries.flatMap((entry) => writeLink(entry) ?? []));
  return { root: sampleSite, path, links, reasons: new Map(found.flatMap(({ reasons }) => [...reasons])) };
}
