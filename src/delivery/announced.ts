/** What one page's `Link` names, and what comes before that. */
export interface Announcement {
  /** Stylesheets apart. */
  readonly targets: readonly string[];
  /** What the page's HTML names and nothing is painted without. */
  readonly stylesheets: readonly string[];
}

/** A page whose stylesheets are not all sent yet. */
interface Page {
  readonly targets: ReadonlySet<string>;
  readonly stylesheets: Set<string>;
  readonly time: number;
  /** Present from the first request on that waits. */
  waiting?: { readonly over: Promise<void>; readonly end: () => void };
}

/** What waits for stylesheets that nobody asks for, as the client has them, goes on after this (milliseconds). */
const LONGEST = 100;

/** A page's own requests have come by then (milliseconds). */
const LOADED = 5000;

/** Pages remembered for a connection. */
const PAGES = 8;

/**
 * Holds back what a `Link` field had a browser ask for until the stylesheets
 * that the page's HTML names have been sent. The browser asks for these some
 * 20 to 100 ms later, when it reads the HTML; a font that fills the line until
 * then makes the first paint later (Chromium 156 at 10 Mbit/s: by 80 ms).
 */
export class Announced {
  #pages: Page[] = [];

  add({ targets, stylesheets }: Announcement): void {
    if (targets.length === 0 || stylesheets.length === 0) return;
    this.#pages.push({ targets: new Set(targets), stylesheets: new Set(stylesheets), time: performance.now() });
    if (this.#pages.length > PAGES) this.#end(this.#pages[0]);
  }

  /** Resolves when a response for the target may go on; undefined when it need not wait. */
  hold(target: string): Promise<void> | undefined {
    const since = performance.now() - LOADED;
    const page = this.#pages.find(({ targets, time }) => time > since && targets.has(target));
    if (page === undefined) return undefined;
    if (page.waiting === undefined) {
      let end!: () => void;
      page.waiting = { over: new Promise((resolve) => (end = resolve)), end };
      setTimeout(() => this.#end(page), LONGEST).unref();
    }
    return page.waiting.over;
  }

  /** Whether something may wait for the target. */
  waitsFor(target: string): boolean {
    return this.#pages.some(({ stylesheets }) => stylesheets.has(target));
  }

  /** A response for the target has ended. */
  sent(target: string): void {
    for (const page of this.#pages) {
      page.stylesheets.delete(target);
      if (page.stylesheets.size === 0) this.#end(page);
    }
  }

  #end(page: Page | undefined): void {
    this.#pages = this.#pages.filter((other) => other !== page);
    page?.waiting?.end();
  }
}
