import type { Coding, Selected } from "./content-coding.js";
import type { FoundFile, Unavailable } from "../file.js";
import type { Inserter, Insertion } from "./insertion.js";
import { codedName, contentType, isIn, mediaType, textKind } from "../media-type.js";
import { holdsPrivateKey, mayHoldPrivateKey } from "../private-key.js";
import { START_BYTES } from "./read-content.js";
import type { Named, Representation } from "./representation.js";

/** "useless": the coding makes the content no smaller, or the file beside it has another content. */
export type Made = Representation | Unavailable | "useless";

/** One version of a file, and what was made of it. */
export class KeptVersion {
  readonly key: string;
  readonly found: FoundFile;
  /** Media type, without parameters. */
  readonly type: string;
  readonly named: Named;
  readonly inserter: Inserter | undefined;
  /** Media type with the encoding of its text, once anything of the content has been read. */
  contentType: string | undefined;
  /** It holds a private key, as far as anything of it has been read. */
  isKey = false;
  /** The coding that the file itself is in, when it goes out as what it is inside. */
  ownCoding: Coding | undefined;
  readonly kept = new Map<Selected, Representation>();
  /** Files with the same content compressed, until it shows that one has another. */
  readonly siblings: Map<Selected, FoundFile>;
  /** Codings that make the content no smaller. */
  readonly useless = new Set<Selected>();
  readonly #compressions: readonly Coding[];
  readonly #making = new Map<Selected, Promise<Made>>();
  #forgotten = false;

  constructor(
    key: string,
    found: FoundFile,
    compressions: readonly Coding[],
    named: Named,
    inserter: Inserter | undefined,
  ) {
    this.key = key;
    this.found = found;
    this.type = mediaType(found.file);
    this.siblings = new Map(found.siblings.map(({ coding, found }) => [coding, found]));
    this.named = named;
    this.inserter = inserter;
    this.#compressions = compressions;
  }

  /** Whether a response needs to know how the content begins. */
  get isLookedInto(): boolean {
    const { file } = this.found;
    const named = textKind(this.type) !== undefined || codedName(file) !== undefined;
    return named || this.inserter !== undefined || mayHoldPrivateKey(file);
  }

  /** Finds out what is inside the content that begins so: once, as it is the same for each coding. */
  learn(start: Buffer): void {
    const { file, size } = this.found;
    this.isKey ||= holdsPrivateKey(file, this.type, start);
    const coding = codedName(file)?.coding;
    if (coding !== undefined && isIn(coding, start)) {
      this.ownCoding = coding;
      this.contentType = this.type;
    } else this.contentType ??= contentType(this.type, start, size);
  }

  /** What goes into the content that begins so. */
  insertion(start: Buffer): Insertion | undefined {
    return this.inserter?.into(start.subarray(0, START_BYTES), this.contentType ?? this.type, this.found.file);
  }

  /** @param ranged only a part is wanted: nothing is compressed for that */
  offers(coding: Selected, ranged: boolean): boolean {
    if (coding === "identity") return true;
    if (this.siblings.has(coding)) return true;
    return !ranged && this.#compressions.includes(coding) && !this.useless.has(coding);
  }

  /** Makes something once for all calls at the same time. */
  once(coding: Selected, make: () => Promise<Made>): Promise<Made> {
    const running = this.#making.get(coding);
    if (running !== undefined) return running;
    const making = make().finally(() => this.#making.delete(coding));
    this.#making.set(coding, making);
    return making;
  }

  /** Whether it is kept: not when the version has been forgotten. */
  keep(coding: Selected, made: Representation): boolean {
    if (!this.#forgotten) this.kept.set(coding, made);
    return !this.#forgotten;
  }

  forget(): void {
    this.#forgotten = true;
    this.kept.clear();
  }
}
