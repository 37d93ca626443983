import { setTimeout as after } from "node:timers/promises";
import { errorOf } from "../../errors.js";
import type { Audience, SiteFile } from "../../scanner/lookup.js";
import type { PageNeeds } from "../../scanner/types.js";
import { OpenPage, QUIET_MS, type PageChange, type Files } from "./page-changes.js";
import { DirectoryWatch } from "./directory-watch.js";
import type { Listener } from "./sse.js";
import { gathered, together, type LiveChange, type LookedPage } from "./shared-changes.js";
import { PageFiles, versionId, type Given, type PageFilesOptions } from "./page-files.js";
import { ServedPages } from "./served-pages.js";

export interface OpenPagesOptions extends PageFilesOptions {
  /** Watches the files, and so sees a change at once. */
  readonly watch: boolean;
  /** For how long nothing may have changed before pages are told (milliseconds); 0 leaves it to us. */
  readonly delay: number;
  /** Told of each change that pages were told of. */
  readonly changed: (change: LiveChange) => void;
  readonly report: (error: Error) => void;
}

/**
 * How often files are looked at while pages are open (milliseconds): where
 * they are watched too, as a watch has limits, and file systems without events.
 */
const WATCHED_INTERVAL_MS = 1000;
const INTERVAL_MS = 250;

/** Pages of other servers that are told of changes at a time: each names hundreds of files, which are looked at for it. */
const MAX_NAMING_PAGES = 100;

/** A page with a stream. */
interface Listening {
  readonly visitor: Visitor;
  readonly audience: Audience | undefined;
  readonly listener: Listener;
  page: OpenPage;
}

/** A page with a stream at one look. */
interface Looked extends LookedPage {
  readonly listening: Listening;
  readonly files: Files;
}

/** What a page says when it begins to listen. */
export interface Visitor {
  /** URL path that the page was asked for by. */
  readonly pathname: string;
  /** Whom it was asked of. */
  readonly authority: string;
  /** Of which response it came; "" when it can't tell. */
  readonly load: string;
  /** What it was told that it is; "" when it has been told nothing. */
  readonly version: string;
  /** It only wants to know whether that still holds. */
  readonly brief: boolean;
  /** URL paths that it has loaded, of a page of another server; undefined for our own, of which we know. */
  readonly files: readonly string[] | undefined;
  /** What it is told first. */
  readonly hello: string;
}

/** The pages that are open in browsers, each told when what it has is no longer what is there. Owns their records. */
export class OpenPages {
  readonly #report: (error: unknown) => void;
  readonly #changed: (change: LiveChange) => void;
  readonly #files: PageFiles;
  readonly #delay: number;
  readonly #watch: DirectoryWatch | undefined;
  readonly #served = new ServedPages();
  readonly #listening = new Set<Listening>();
  #every: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  /** How often all pages were told to load anew. */
  #reloads = 0;
  #looking = false;
  #again = false;

  constructor(options: OpenPagesOptions) {
    this.#files = new PageFiles(options);
    this.#delay = options.delay;
    this.#watch = options.watch ? new DirectoryWatch(() => this.look()) : undefined;
    this.#changed = options.changed;
    this.#report = (error) => options.report(errorOf(error));
  }

  /** A page goes to a browser: what changes from now on counts, though its stream begins later. */
  served(pathname: string, file: SiteFile, needs: PageNeeds, audience: Audience | undefined): void {
    this.#served.add(pathname, this.#files.behind(pathname, file, needs, audience));
  }

  /** A page that is made for a request goes to a browser: what it needs is looked at. */
  made(pathname: string, needs: PageNeeds): void {
    this.#files.made(pathname, needs);
  }

  /** A page that says that there is none goes to a browser: it loads anew when there is one. */
  missing(pathname: string, authority: string): void {
    this.#served.add(pathname, this.#files.current(pathname, authority));
  }

  /** The name of the response that a page of that path goes out with now. */
  loadOf(pathname: string): string | undefined {
    return this.#served.loadOf(pathname);
  }

  /** Tells a page of changes until the returned function is called. */
  open(visitor: Visitor, listener: Listener): () => void {
    const gone = new AbortController();
    this.#begin(visitor, listener, gone.signal).catch(this.#report);
    return () => gone.abort();
  }

  async #begin(visitor: Visitor, listener: Listener, gone: AbortSignal): Promise<void> {
    const { version, load } = visitor;
    // One that has listened before may have missed something since.
    const served = version === "" ? this.#served.take(load) : undefined;
    const found = await (served ?? this.#files.of(visitor));
    const id = this.#idOf(found.files);
    const told = version === "" ? id : version;
    // What it is, until it is told of a change: it may go away before.
    listener.send({ event: "hello", id: told, data: visitor.hello });
    const given = id === told ? found : await this.#settled(visitor, gone);
    if (gone.aborted) return;
    // One that has gone loads anew when it is back, as one that listened when it went.
    const changed = this.#idOf(given.files) !== told && isThere(given);
    if (changed) listener.send({ event: "reload", id: "", data: "[]" });
    if (changed || visitor.brief || (visitor.files !== undefined && this.#isFull())) return listener.end();
    const { page, files, audience } = given;
    const listening = { visitor, audience, listener, page: new OpenPage(page, files, this.#delay) };
    this.#listening.add(listening);
    gone.addEventListener("abort", () => this.#remove(listening), { once: true });
    this.#every ??= setInterval(
      () => this.look(),
      this.#watch === undefined ? INTERVAL_MS : WATCHED_INTERVAL_MS,
    ).unref();
    this.look();
  }

  #isFull(): boolean {
    const naming = [...this.#listening].filter(({ visitor }) => visitor.files !== undefined);
    return naming.length >= MAX_NAMING_PAGES;
  }

  /** What a page rests on that was told another version: when changes have settled, or at once when it has gone. */
  async #settled(visitor: Visitor, gone: AbortSignal): Promise<Given> {
    for (let before = ""; ;) {
      this.#files.refresh();
      const given = await this.#files.of(visitor);
      const id = this.#idOf(given.files);
      if (gone.aborted || id === visitor.version || id === before || !isThere(given)) return given;
      before = id;
      await after(QUIET_MS, undefined, { ref: false });
    }
  }

  /** Has every page load anew, those that only ask from time to time too. */
  reload(): number {
    this.#reloads++;
    const listening = [...this.#listening];
    for (const page of listening) {
      this.#remove(page);
      page.listener.send({ event: "reload", id: "", data: "[]" });
    }
    return listening.length;
  }

  /** Names what a page has: another run of the server names the same alike. */
  #idOf(files: Files): string {
    const id = versionId(files);
    return this.#reloads === 0 ? id : `${id}.${this.#reloads}`;
  }

  /** Something may have changed. */
  look(): void {
    if (this.#listening.size === 0) return;
    this.#again = this.#looking;
    if (this.#looking) return;
    this.#looking = true;
    const done = () => {
      this.#looking = false;
      if (this.#again) this.look();
    };
    this.#lookOnce().catch(this.#report).finally(done);
  }

  async #lookOnce(): Promise<void> {
    clearTimeout(this.#settling);
    // First the watch, then a look: nothing is missed in between.
    const directories = [...this.#listening].flatMap(({ page, audience }) =>
      this.#files.directoriesOf(page.given, audience),
    );
    await this.#watch?.cover(new Set(directories));
    const now = performance.now();
    const filesNow = this.#files.look();
    const lookAt = async (listening: Listening): Promise<Looked> => {
      const files = await filesNow(listening.page.given, listening.audience);
      const outcome = this.#listening.has(listening) ? listening.page.look(files, now) : undefined;
      return { listening, page: listening.page, files, outcome };
    };
    const looked = together(await Promise.all([...this.#listening].map(lookAt)));
    const changes = await Promise.all(looked.map((one) => this.#take(one)));
    for (const change of gathered(changes.filter((one) => typeof one === "object"))) this.#changed(change);
    if (changes.includes("settling")) this.#settling = setTimeout(() => this.look(), QUIET_MS).unref();
    // The last page may have gone meanwhile.
    if (this.#listening.size === 0) this.#rest();
  }

  /** Tells a page of a change that was found. */
  async #take({ listening, files, outcome }: Looked): Promise<PageChange | "settling" | undefined> {
    if (outcome === "settling" || outcome === undefined) return outcome;
    if (outcome === "gone") return undefined;
    await this.#tell(listening, outcome, files);
    return outcome;
  }

  async #tell(listening: Listening, { kind, paths }: PageChange, seen: Files): Promise<void> {
    this.#files.refresh();
    const { visitor, listener } = listening;
    const data = JSON.stringify(paths);
    if (kind === "reload") {
      // It comes back as another one.
      this.#remove(listening);
      return listener.send({ event: kind, id: "", data });
    }
    const { page, files: current } = await this.#files.of(visitor);
    // What changed since the look is still to be told.
    const files = new Map([...current].map(([path, state]) => [path, seen.get(path) ?? state]));
    listening.page = new OpenPage(page, files, this.#delay);
    listener.send({ event: kind, id: this.#idOf(files), data });
  }

  #remove(listening: Listening): void {
    this.#listening.delete(listening);
    if (this.#listening.size === 0) this.#rest();
  }

  #rest(): void {
    this.#watch?.close();
    clearInterval(this.#every);
    clearTimeout(this.#settling);
    this.#every = undefined;
  }
}

/** Whether a page's own file is there. */
const isThere = ({ page, files }: Given) => files.get(page)?.version !== undefined;
