import type { DocumentFacts, LinkPreload } from "./html/facts.js";
import { type Context, isPageItself, isStandIn, type PageLookup, positionOf } from "./needs-list.js";
import type { SiteFacts } from "./facts-cache.js";
import type { LinkAttributes } from "../manifest/types.js";
import type { PageRecord, RecordedPreload, RecordedReference } from "./types.js";
import { NEED, type Reference } from "./url/reference.js";
import { parseSrcset } from "./html/elements/srcset.js";

interface Use {
  readonly reference: Reference;
  readonly context: Context;
}

/** Takes note of every reference of a page, for what is checked of them. */
export class ReferenceRecord {
  /** Targets that response fields announce. */
  readonly #announced: readonly string[];
  readonly #lookup: PageLookup;
  readonly #uses = new Map<string, Use[]>();
  readonly #missing = new Set<string>();
  /** By URL path of a file, how many requests it takes. */
  readonly #depths = new Map<string, number>();
  #depth = 1;

  constructor(announced: readonly string[], lookup: PageLookup) {
    this.#announced = announced;
    this.#lookup = lookup;
  }

  add(target: string, reference: Reference, context: Context): void {
    this.#use(target, { reference, context });
    const [pathname = ""] = target.split("?", 1);
    const depth = Math.min((this.#depths.get(context.pathname) ?? 1) + 1, this.#depths.get(pathname) ?? Infinity);
    this.#depths.set(pathname, depth);
    this.#depth = Math.max(this.#depth, depth);
  }

  miss(target: string, reference: Reference, context: Context): void {
    this.#missing.add(target);
    if (this.#uses.get(target)?.at(-1)?.reference !== reference) this.#use(target, { reference, context });
  }

  #use(target: string, use: Use): void {
    const uses = this.#uses.get(target);
    if (uses === undefined) this.#uses.set(target, [use]);
    else uses.push(use);
  }

  /** @param contextAt what a reference at an offset of the page resolves against */
  async finish(
    document: DocumentFacts,
    contextAt: (offset: number) => Context,
    facts: SiteFacts,
  ): Promise<Omit<PageRecord, "restsOn">> {
    for (const reference of unloadedIn(document)) await this.#lookUp(reference, contextAt(reference.offset), facts);
    const preloads: RecordedPreload[] = [];
    for (const preload of document.preloads) {
      preloads.push(await placedPreload(preload, contextAt(preload.offset), facts));
    }
    const announced = new Set([...this.#announced, ...preloads.map(({ target }) => target)]);
    const references: RecordedReference[] = [];
    for (const [target, uses] of this.#uses) {
      const isMissing = this.#missing.has(target);
      if (!isMissing && !announced.has(target) && !this.#isChosen(uses, announced.size)) continue;
      for (const use of uses) references.push(await placedReference(target, use, isMissing, facts));
    }
    const { importMapOffset } = document;
    const importMap =
      importMapOffset === undefined ? undefined : await facts.positionOf(contextAt(0).file, importMapOffset);
    return { preloads, references, depth: this.#depth, importMap };
  }

  /** Notes what is not there, though the page does not load it. */
  async #lookUp(reference: Reference, context: Context, facts: SiteFacts): Promise<void> {
    const resolved = facts.references.resolve(reference.url, context.base);
    if ("left" in resolved) return;
    const { target, pathname } = resolved;
    if (isPageItself(reference, pathname, context)) return;
    const found = await this.#lookup({ target, navigates: reference.as === "document" });
    const isMissing = found.kind === "missing" || (found.kind === "file" && isStandIn(found, pathname, reference));
    if (isMissing) this.miss(target, reference, context);
  }

  /** Whether a client chooses it among others: one of those may be announced. */
  #isChosen(uses: readonly Use[], announced: number): boolean {
    return announced > 0 && uses.some(({ reference: { imagesrcset, media } }) => (imagesrcset ?? media) !== undefined);
  }
}

/** What is lazy, an icon, for other windows, or a candidate that is not chosen here. */
function unloadedIn({ ignored, references }: DocumentFacts): Reference[] {
  const unloaded = ignored.flatMap(({ url, as, offset, reason }) =>
    as === undefined ? [] : { url, as, offset, need: NEED.other, by: reason },
  );
  const candidates = references.flatMap((reference) =>
    parseSrcset(reference.imagesrcset ?? "").map(({ url }) => ({ ...reference, url, by: "srcset" })),
  );
  const chosen = new Set(references.map(({ url }) => url));
  return [...unloaded, ...candidates.filter(({ url }) => !chosen.has(url))];
}

async function placedPreload(
  { rel, href, offset, attributes }: LinkPreload,
  { file, base }: Context,
  facts: SiteFacts,
): Promise<RecordedPreload> {
  const resolved = facts.references.resolve(href, base);
  const target = href !== "" && "target" in resolved ? resolved.target : undefined;
  return { rel, attributes, target, file: file.file, ...(await facts.positionOf(file, offset)) };
}

async function placedReference(
  target: string,
  { reference, context }: Use,
  isMissing: boolean,
  facts: SiteFacts,
): Promise<RecordedReference> {
  const { as, by } = reference;
  const place = await positionOf(reference, context, facts);
  return {
    target,
    as,
    by,
    ...fetchedAs(reference),
    file: context.file.file,
    ...place,
    ...(isMissing ? { missing: true } : {}),
  };
}

const fetchedAs = ({
  rel,
  crossorigin,
  integrity,
  media,
  imagesrcset,
  imagesizes,
}: LinkAttributes): LinkAttributes => ({
  ...(rel && { rel }),
  ...(crossorigin && { crossorigin }),
  ...(integrity !== undefined && { integrity }),
  ...(media !== undefined && { media }),
  ...(imagesrcset !== undefined && { imagesrcset }),
  ...(imagesizes !== undefined && { imagesizes }),
});
