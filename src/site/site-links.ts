import type { ManifestEntry } from "../manifest/types.js";
import { linkValues } from "../delivery/deliver.js";
import { plan, type PageRequest, type Peer } from "../delivery/plan.js";
import type { PageNeeds } from "../scanner/types.js";
import type { Site } from "../server/context.js";
import { withStaleness } from "../server/page-delivery/plan-input.js";
import { pageLinks } from "../server/page-delivery/preload-links.js";
import { sitePage, type RuledNeeds } from "./mounted-needs.js";

/** Who is to get a page. */
export interface LinksOptions {
  /** The client's `user-agent`: what was learned of a page depends on it. */
  readonly userAgent?: string | undefined;
  /** Values of `Content-Security-Policy` that the page is sent with, beside those of `_headers`. */
  readonly csp?: string | readonly string[] | undefined;
}

/** What goes with a page. */
export interface PageLinks {
  /** What the page needs, in order of need. */
  readonly entries: readonly ManifestEntry[];
  /** Value of its `Link` field (RFC 8288) for a browser that navigates to it; undefined where there is nothing to name. */
  readonly link: string | undefined;
}

const NOTHING: PageLinks = { entries: [], link: undefined };

/** Whom `Link` is for: a client that takes no pushes. */
const BROWSER: Peer = {
  pushEnabled: false,
  refuses: false,
  pushableStreams: 0,
  freeWindow: 0,
  seen: () => false,
  has: () => false,
};

/** One that is kept, and what it rests on. */
interface Known {
  readonly links: PageLinks;
  readonly target: string;
  readonly rules: number;
}

/** The links of the pages of a site, for whoever sends them by other means. */
export class SiteLinks {
  readonly #site: Site;
  readonly #known = new WeakMap<PageNeeds, Known>();

  constructor(site: Site) {
    this.#site = site;
  }

  async of(target: string, { userAgent = "", csp = [] }: LinksOptions = {}): Promise<PageLinks> {
    const page = await sitePage(this.#site, target, { userAgent, csp: [csp].flat() });
    if (page === undefined) return NOTHING;
    const rules = this.#site.rules.version;
    const known = this.#known.get(page.needs);
    if (known?.target === target && known.rules === rules) return known.links;
    const links = linksOf(this.#site, target, page);
    this.#known.set(page.needs, { links, target, rules });
    return links;
  }
}

function linksOf(site: Site, target: string, { needs, rules }: RuledNeeds): PageLinks {
  const page = { target, authority: "localhost" };
  const links = withStaleness(site, page, pageLinks(page, rules.link, needs.entries));
  const decided = plan(links, navigationTo(target, rules.link), BROWSER, site.limits);
  const values = [rules.link ?? [], linkValues(decided)].flat();
  return { entries: needs.entries, link: values.length === 0 ? undefined : values.join(", ") };
}

/** The values of a 103 that a navigation gains by. */
export function hintValues(site: Site, target: string, { needs, rules }: RuledNeeds): readonly string[] {
  const page = { target, authority: "localhost" };
  const links = withStaleness(site, page, pageLinks(page, undefined, needs.entries));
  const { hint } = plan(links, navigationTo(target, rules.link), BROWSER, { ...site.limits, mode: "hints" });
  return linkValues({ push: [], hint: [], link: hint, skipped: [] });
}

const navigationTo = (page: string, link: string | undefined): PageRequest => ({
  page,
  method: "GET",
  status: 200,
  saveData: false,
  framed: false,
  navigation: true,
  linkBytes: link?.length ?? 0,
});
