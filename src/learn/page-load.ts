import type { PageNeeds } from "../scanner/types.js";

/** A client, as far as two requests can be told to be of the same one. */
export interface Client {
  /** Number of its connection. */
  readonly connection: number;
  /** Its address and its `user-agent`: the same on all its connections. */
  readonly name: string;
  /** Its `user-agent`: clients of one kind fetch alike. */
  readonly kind: string;
}

/** How a target was asked for (Fetch Metadata). */
export interface TargetRequest {
  readonly target: string;
  /** Request destination: "script"; "empty" for `fetch()`. */
  readonly destination: string;
  /** Request mode: "cors", "no-cors". */
  readonly mode: string;
  /** It was the document that asked, and no stylesheet or script of it. */
  readonly byDocument: boolean;
}

/** One target of a load, with what became of it. */
export interface Sighting extends TargetRequest {
  /** Nothing in it is one person's: neither a cookie nor a query that may be a token. */
  readonly isOpen: boolean;
  /** How often it was asked for. */
  count: number;
  /** All of its responses may be announced to others. */
  shared: boolean;
  /** Its content was sent (200): the client had none of it. */
  afresh: boolean;
  /** A response has said that a shared cache may store it. */
  isPublic: boolean;
}

/** Which page is loaded, by whom, and with what. */
export interface LoadStart {
  readonly client: Client;
  /** URL path of the page. */
  readonly page: string;
  /** Version of its file. */
  readonly version: string;
  /** Number of the site's rules. */
  readonly rules: number;
  /** What reading its files says that it needs. */
  readonly needs: PageNeeds;
  /** What goes with it was left as reading has it: what was learned is not announced. */
  readonly withoutLearned: boolean;
  /** Targets that are left out to see how they are asked for then. */
  readonly withheld: ReadonlySet<string>;
  /** The client has nothing of the page, and asks for no more than others do. */
  readonly isFirst: boolean;
  /** What `Link` or 103 has named; undefined when it is not known. Asked for when the load is over. */
  readonly announced: () => ReadonlySet<string> | undefined;
}

/** Targets of one load that are looked at. */
const MAX_TARGETS = 500;

const NO_SIGHTINGS: ReadonlyMap<string, Sighting> = new Map();

/** One load of a page, from its navigation to the first pause: what was asked for, in order. */
export class PageLoad {
  readonly start: LoadStart;
  /** `performance.now()` */
  readonly began = performance.now();
  /** Ends it when nothing more comes. */
  timer: NodeJS.Timeout | undefined;
  /** Made for the first request: a client may ask for nothing but the page. */
  #sightings: Map<string, Sighting> | undefined;
  /** The URLs that may be a `referer` of its requests: its document, its stylesheets and its scripts. */
  #known: Set<string> | undefined;
  /** Requests under way. */
  #open = 0;

  constructor(start: LoadStart) {
    this.start = start;
  }

  get sightings(): ReadonlyMap<string, Sighting> {
    return this.#sightings ?? NO_SIGHTINGS;
  }

  get #members(): Set<string> {
    if (this.#known !== undefined) return this.#known;
    const { page, needs } = this.start;
    const code = needs.entries.filter(({ as }) => as === "style" || as === "script");
    return (this.#known = new Set([page, ...code.map(({ target }) => target)]));
  }

  /** Something was asked for more than once. */
  get isDoubled(): boolean {
    return [...this.sightings.values()].some(({ count }) => count > 1);
  }

  get isQuiet(): boolean {
    return this.#open === 0;
  }

  /** Whether a request with that `referer`, a path and query of this site, may belong to it. */
  includes(referer: string): boolean {
    return this.#members.has(referer);
  }

  /** Adds a request. Returns undefined when it is one too many. */
  add(asked: TargetRequest & Pick<Sighting, "isOpen">): Sighting | undefined {
    this.#open++;
    const { target, destination } = asked;
    const sightings = (this.#sightings ??= new Map<string, Sighting>());
    const known = sightings.get(target);
    if (known !== undefined) {
      known.count++;
      return known;
    }
    if (sightings.size >= MAX_TARGETS) return undefined;
    if (destination === "style" || destination === "script") this.#members.add(target);
    const sighting = { ...asked, count: 1, shared: true, afresh: false, isPublic: false };
    sightings.set(target, sighting);
    return sighting;
  }

  /** A request has ended. */
  ended(): void {
    this.#open--;
  }

  /**
   * Whether everything that reading says was asked for afresh: what was not
   * asked for then, the page does not need. One cached script may have kept
   * all that it loads in the cache, too.
   */
  get isCold(): boolean {
    const { needs, isFirst, withheld } = this.start;
    const isSure = ({ target, rel, media, imagesrcset }: PageNeeds["entries"][number]) =>
      rel !== undefined && media === undefined && imagesrcset === undefined && !withheld.has(target);
    return (
      isFirst && needs.entries.every((entry) => !isSure(entry) || this.sightings.get(entry.target)?.afresh === true)
    );
  }
}
