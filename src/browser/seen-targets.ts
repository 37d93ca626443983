import type { TargetRequest } from "../learn/page-load.js";
import type { ColdLoad } from "./driver.js";
import type { SeenRequest } from "./observed-site.js";

/** A target that a page asked for in a cold load, and how. */
export interface SeenTarget extends TargetRequest {
  /** How often it was asked for. */
  readonly count: number;
  /** A frame or a worker asked for it, or it is one: the page's own preloads are not for it. */
  readonly isForeign: boolean;
  /** It was asked for, or shown, by the time of the largest paint; undefined when nothing was painted. */
  readonly forPaint: boolean | undefined;
}

/** Fields that browsers send by themselves. With others, or other values of `accept`, no preload stands for a request. */
const BROWSER_FIELDS =
  /^(?:accept(?:-encoding|-language)?|cookie|dnt|host|connection|if-(?:modified-since|none-match)|origin|priority|referer|save-data|sec-(?!purpose).*|te|upgrade-insecure-requests|user-agent)$/;

/** Media is asked for in ranges. */
const MEDIA: ReadonlySet<string> = new Set(["audio", "video"]);

/** Documents in the page, and workers: what they ask for is theirs. */
const FOREIGN: ReadonlySet<string> = new Set(["embed", "frame", "iframe", "object", "sharedworker", "worker"]);

/** Not for the page as it is shown. */
const OTHERS: ReadonlySet<string> = new Set(["manifest", "report", "serviceworker"]);

/**
 * What a page asked for, in order, without what it asked for ahead of another
 * one, and without what no list can stand for.
 *
 * @param origin of the site, without a slash at its end
 * @param pathname of the page
 */
export function seenTargets(load: ColdLoad, origin: string, pathname: string): ReadonlyMap<string, SeenTarget> {
  const seen = new Map<string, SeenTarget>();
  const icons = iconsOf(load, origin);
  for (const request of load.requests) {
    const { target, fields } = request;
    if (target === pathname || icons.has(target) || !isNeeded(request)) continue;
    const known = seen.get(target);
    const asker = (fields["referer"] ?? "").slice(origin.length);
    const isForeign = FOREIGN.has(destinationOf(request)) || seen.get(asker)?.isForeign === true;
    if (known !== undefined) {
      // The page's own request says how it is announced.
      const isOwn = known.isForeign && !isForeign;
      seen.set(target, { ...(isOwn ? asked(request, load, origin, pathname) : known), count: known.count + 1 });
    } else seen.set(target, { ...asked(request, load, origin, pathname), isForeign });
  }
  return seen;
}

function asked(request: SeenRequest, load: ColdLoad, origin: string, pathname: string): SeenTarget {
  const { target, fields } = request;
  return {
    target,
    destination: destinationOf(request),
    mode: fields["sec-fetch-mode"] ?? "",
    byDocument: fields["referer"] === undefined || fields["referer"] === origin + pathname,
    count: 1,
    isForeign: false,
    forPaint: isForPaint(request, load, origin),
  };
}

const destinationOf = ({ fields }: SeenRequest) => fields["sec-fetch-dest"] ?? "";

/** Whether it is a request that a browser makes for a page by itself, and not ahead of the next one. */
function isNeeded(request: SeenRequest): boolean {
  const { method, fields } = request;
  const destination = destinationOf(request);
  if (method !== "GET" || OTHERS.has(destination)) return false;
  if (destination === "empty" && fields["accept"] !== undefined && fields["accept"] !== "*/*") return false;
  return Object.keys(fields).every((name) => BROWSER_FIELDS.test(name) || (name === "range" && MEDIA.has(destination)));
}

/** Icons that nothing but the browser's own surface shows. */
function iconsOf({ report }: ColdLoad, origin: string): ReadonlySet<string> {
  const loaded = new Set(report.resources);
  const icons = [...report.icons, `${origin}/favicon.ico`].filter((url) => !loaded.has(url));
  return new Set(icons.filter((url) => url.startsWith(origin)).map((url) => url.slice(origin.length)));
}

/** Of images the largest counts alone, of fonts those that text waits for. */
function isForPaint(request: SeenRequest, { report }: ColdLoad, origin: string): boolean | undefined {
  const { painted, largestImage, swapped } = report;
  if (painted === undefined) return undefined;
  const url = origin + request.target;
  const destination = destinationOf(request);
  if (destination === "image") return url === largestImage;
  return request.time <= painted && !(destination === "font" && swapped.includes(url));
}

/** What two loads have in common, in the order of the first, and what was asked for in one alone, or in another way. */
export function inBoth(
  first: ReadonlyMap<string, SeenTarget>,
  second: ReadonlyMap<string, SeenTarget>,
): { readonly common: readonly SeenTarget[]; readonly differing: readonly string[] } {
  const common: SeenTarget[] = [];
  for (const one of first.values()) {
    const other = second.get(one.target);
    if (other === undefined || !isAlike(one, other)) continue;
    const { forPaint } = one;
    const count = Math.max(one.count, other.count);
    common.push({ ...one, count, forPaint: forPaint === undefined ? undefined : forPaint && other.forPaint === true });
  }
  const same = new Set(common.map(({ target }) => target));
  const differing = [...new Set([...first.keys(), ...second.keys()])].filter((target) => !same.has(target));
  return { common, differing };
}

const isAlike = (one: SeenTarget, other: SeenTarget) =>
  one.destination === other.destination && one.mode === other.mode && one.isForeign === other.isForeign;
