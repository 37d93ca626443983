import type { IncomingHttpHeaders } from "node:http";
import { compress, compressions, inTurn } from "./compress.js";
import { acceptable, type Coding, type Selected } from "./content-coding.js";
import { versionOf, type FoundFile, type Unavailable } from "../file.js";
import { cacheControl, type CachePolicy } from "../freshness.js";
import { withInsertion, type Inserter } from "./insertion.js";
import { isHtml, isWorthCompressing, mediaType } from "../media-type.js";
import { Memory } from "./memory.js";
import { KeptVersion, type Made } from "./kept-version.js";
import { readStart, readWhole } from "./read-content.js";
import { isSameContent } from "./sibling.js";
import { representation, validatorsOf, type Bytes, type Representation } from "./representation.js";

export interface RepresentationOptions {
  /** Bytes of content that are kept in memory. */
  readonly memory: number;
  /** Whether content is sent in a coding where the client takes one. */
  readonly compress: boolean;
  readonly cache: CachePolicy;
  /** What goes into every HTML page; files compressed beforehand do not count for them then. */
  readonly insert?: Inserter | undefined;
}

/** A file of this size and less is kept in memory (bytes). */
const MAX_KEPT_BYTES = 256 * 1024;

/** Sizes between which a content is compressed on the fly (bytes): below, nothing is gained; above, it takes too long. */
const MIN_COMPRESSED_BYTES = 1024;
const MAX_COMPRESSED_BYTES = 8 * 1024 * 1024;

/** About what a version takes in memory beside its content (bytes). */
const OVERHEAD_BYTES = 1024;

/** Different `accept-encoding` fields that are remembered: there are as many as kinds of clients. */
const MAX_KNOWN_FIELDS = 100;

/** Selects representations, makes each once for a version of its file, and keeps them within the budget. */
export class Representations {
  readonly #options: RepresentationOptions;
  readonly #memory: Memory<KeptVersion>;
  /** The same versions by what was found: one look instead of a search by name. */
  readonly #byFound = new WeakMap<FoundFile, KeptVersion>();
  readonly #acceptable = new Map<string, readonly Selected[]>();

  constructor(options: RepresentationOptions) {
    this.#options = options;
    this.#memory = new Memory(options.memory, (version) => version.forget());
  }

  /** The representation that the request selects, when it is in memory. */
  ready(found: FoundFile, request: IncomingHttpHeaders): Representation | undefined {
    const version = this.#versionOf(found);
    return version.kept.get(this.#coding(version, request));
  }

  /** The representation that the request selects. */
  async select(found: FoundFile, request: IncomingHttpHeaders): Promise<Representation | Unavailable> {
    const version = this.#versionOf(found);
    const coding = this.#coding(version, request);
    const kept = version.kept.get(coding);
    if (kept !== undefined) return kept;
    const made = await version.once(coding, () => this.#make(version, coding));
    // Not smaller when compressed, or another content: once more, without that.
    return made === "useless" ? this.select(found, request) : made;
  }

  #versionOf(found: FoundFile): KeptVersion {
    const known = this.#byFound.get(found);
    // One that was used is kept longer; one that was forgotten is made anew.
    if (known !== undefined && this.#memory.get(known.key) === known) return known;
    const key = [found, ...found.siblings.map(({ found }) => found)].map(versionOf).join(" ") + found.file;
    const version = this.#memory.get(key) ?? this.#add(key, found);
    this.#byFound.set(found, version);
    return version;
  }

  #add(key: string, found: FoundFile): KeptVersion {
    const { memory, compress, cache, insert } = this.#options;
    const type = mediaType(found.file);
    const most = Math.min(MAX_COMPRESSED_BYTES, memory);
    const compressible =
      compress && found.size > MIN_COMPRESSED_BYTES && found.size <= most && isWorthCompressing(found.file);
    const inserter = isHtml(type) ? insert : undefined;
    const siblings = inserter === undefined ? found.siblings : [];
    const named = {
      version: versionOf(found),
      cacheControl: cacheControl(cache, found.file, type),
      varies: compressible || siblings.length > 0,
    };
    const version = new KeptVersion(key, { ...found, siblings }, compressible ? compressions : [], named, inserter);
    this.#memory.set(key, version, OVERHEAD_BYTES);
    return version;
  }

  #coding(version: KeptVersion, request: IncomingHttpHeaders): Selected {
    const field = request["accept-encoding"];
    if (!version.named.varies || typeof field !== "string") return "identity";
    const ranged = request.range !== undefined;
    return this.#acceptableIn(field).find((coding) => version.offers(coding, ranged)) ?? "identity";
  }

  #acceptableIn(field: string): readonly Selected[] {
    const known = this.#acceptable.get(field);
    if (known !== undefined) return known;
    const codings = acceptable(field);
    if (this.#acceptable.size < MAX_KNOWN_FIELDS) this.#acceptable.set(field, codings);
    return codings;
  }

  async #make(version: KeptVersion, coding: Selected): Promise<Made> {
    const { found } = version;
    if (coding === "identity") return this.#read(version);
    const sibling = version.siblings.get(coding);
    if (sibling !== undefined) {
      const same = await isSameContent(found, sibling, coding);
      if (same === true) return this.#readSibling(version, coding, sibling);
      if (same !== false) return same;
      version.siblings.delete(coding);
      return "useless";
    }
    return inTurn(() => this.#compress(version, coding));
  }

  async #compress(version: KeptVersion, coding: Coding): Promise<Made> {
    const { found } = version;
    const content = version.kept.get("identity")?.content ?? (await readInserted(version));
    if (typeof content === "string") return content;
    const smaller = await compress(content, coding);
    if (smaller.length >= content.length) {
      version.useless.add(coding);
      return "useless";
    }
    return this.#keep(version, coding, { found, content: smaller });
  }

  /** The file as it is. */
  async #read(version: KeptVersion): Promise<Representation | Unavailable> {
    const { found } = version;
    const small = found.size <= MAX_KEPT_BYTES;
    if (!small && !version.isLookedInto) return this.#keep(version, "identity", { found, content: undefined });
    const content = small ? await readWhole(found) : await readStart(found);
    if (typeof content === "string") return content;
    version.learn(content);
    if (version.isKey) return "withheld";
    const insertion = version.insertion(content);
    return this.#keep(
      version,
      "identity",
      small ? { found, content: withInsertion(content, insertion) } : { found, content: undefined, insertion },
    );
  }

  /** A file beside the one that was found, with the same content compressed. */
  async #readSibling(version: KeptVersion, coding: Coding, found: FoundFile): Promise<Representation | Unavailable> {
    if (version.contentType === undefined) {
      const original = await readStart(version.found);
      if (typeof original === "string") return original;
      version.learn(original);
    }
    if (version.isKey) return "withheld";
    const content = found.size <= MAX_KEPT_BYTES ? await readWhole(found) : undefined;
    return typeof content === "string" ? content : this.#keep(version, coding, { found, content });
  }

  #keep(version: KeptVersion, coding: Selected, bytes: Bytes): Representation {
    const { found, content } = bytes;
    const { named, type, contentType = type, ownCoding } = version;
    const validators = validatorsOf(found, content, version.inserter?.tag);
    const made = representation({ ...named, contentType }, ownCoding ?? coding, bytes, validators);
    if (version.keep(coding, made) && content !== undefined) this.#memory.grow(version.key, content.length);
    return made;
  }
}

/** The content of a file with what goes into it. */
async function readInserted(version: KeptVersion): Promise<Buffer | Unavailable> {
  const content = await readWhole(version.found);
  if (typeof content === "string") return content;
  version.learn(content);
  if (version.isKey) return "withheld";
  return withInsertion(content, version.insertion(content));
}
