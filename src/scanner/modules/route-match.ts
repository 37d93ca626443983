/** What the router of a single-page application loads for a path. */
export interface Route<Load> {
  /** Segments of its path, from the router's base: `products`, `:id`, `*` for whatever follows. */
  readonly segments: readonly string[];
  /** What it and the routes around it load. */
  readonly loads: readonly Load[];
  /** The router loads it whoever asks. Not so behind a guard, or where an element loads itself when it is shown. */
  readonly isCertain: boolean;
}

/**
 * The route for the path of a page; none for what takes any path, as there may
 * be others that were not read. An application may live below a path that its
 * router leaves out: what is left of the page's path counts where a route has
 * exactly that, and not for certain.
 */
export function routeFor<One extends Route<unknown>>(
  routes: readonly One[],
  pathname: string,
): (Pick<One, Exclude<keyof One, "isCertain">> & Pick<Route<unknown>, "isCertain">) | undefined {
  const segments = segmentsOf(pathname.replace(/\/index\.html$/, "/"));
  const whole = bestOf(routes, segments);
  const isDirectory = pathname.endsWith("/");
  // The index of a directory may be that of an application, or a page of one.
  if (whole !== undefined) return isDirectory && !isFixed(whole) ? { ...whole, isCertain: false } : whole;
  const exact = routes.filter(isFixed);
  const most = isDirectory ? segments.length : segments.length - 1;
  for (let left = 1; left <= most; left += 1) {
    const part = bestOf(exact, segments.slice(left));
    if (part !== undefined) return { ...part, isCertain: false };
  }
  return undefined;
}

function bestOf<One extends Route<unknown>>(routes: readonly One[], segments: readonly string[]): One | undefined {
  let best: { readonly route: One; readonly rank: string } | undefined;
  for (const route of routes) {
    const rank = rankOf(route.segments, segments);
    if (rank === undefined || (best !== undefined && rank < best.rank)) continue;
    // A route and the one that is its index have the same path.
    if (rank === best?.rank && route.loads.length <= best.route.loads.length) continue;
    best = { route, rank };
  }
  return best?.route;
}

const fixed = new WeakMap<readonly Route<unknown>[], readonly string[]>();

/** Paths that have no parameter, as they go over the wire, from the router's base. */
export function fixedPaths(routes: readonly Route<unknown>[]): readonly string[] {
  let paths = fixed.get(routes);
  if (paths === undefined) {
    paths = [...new Set(routes.filter(isFixed).map(({ segments }) => `/${segments.join("/")}`))];
    fixed.set(routes, paths);
  }
  return paths;
}

const isFixed = ({ segments }: Route<unknown>) => segments.every((segment) => !/[:*?$(){}#]|^\.\.?$/.test(segment));

/** What the first character of a segment says. */
const KIND: Readonly<Record<string, "one" | "rest">> = { ":": "one", $: "one", "*": "rest" };

/** The names in a path. */
export const segmentsOf = (path: string): string[] => path.split("/").filter((segment) => segment !== "");

/** How well a path fits: the names that stand there count before parameters, those before what takes the rest. */
function rankOf(pattern: readonly string[], segments: readonly string[]): string | undefined {
  let rank = "";
  for (const [at, wanted] of pattern.entries()) {
    const kind = KIND[wanted[0] ?? ""];
    if (kind === "rest") return `${rank}1`;
    const segment = segments[at];
    if (segment === undefined || (kind === undefined && segment !== wanted)) return undefined;
    rank += kind === undefined ? "3" : "2";
  }
  return pattern.length === segments.length ? `${rank}9` : undefined;
}
