import { readLinks } from "./link.js";

/** What counts of an announcement. */
interface Announced {
  readonly as: string;
  readonly rel?: string | undefined;
  readonly integrity?: string | undefined;
  readonly crossorigin?: string | undefined;
}

/**
 * The destinations of which a page's `Integrity-Policy` fields have a browser
 * refuse what comes without integrity (SRI, "should request be blocked by
 * integrity policy").
 */
export function blockedDestinations(values: readonly string[]): ReadonlySet<string> {
  const blocked = new Set<string>();
  for (const value of values) {
    const sources = listIn(value, "sources");
    // "inline", the only source there is, is the default.
    if (sources !== undefined && !sources.includes("inline")) continue;
    for (const destination of listIn(value, "blocked-destinations") ?? []) blocked.add(destination);
  }
  return blocked;
}

/** An inner list of a structured field (RFC 9651 §3.1.1); of a key given twice the last counts. */
function listIn(field: string, key: string): readonly string[] | undefined {
  const lists = [...field.matchAll(/(?:^|,)\s*([a-z-]+)=\(([^)]*)\)/g)].filter(([, name]) => name === key);
  return lists
    .at(-1)?.[2]
    ?.split(/\s+/)
    .filter((name) => name !== "");
}

/** Whether a browser refuses what is announced so. Without CORS it takes no word of the integrity. */
export function isBlocked(blocked: ReadonlySet<string>, { as, rel, integrity, crossorigin }: Announced): boolean {
  const isChecked = integrity !== undefined && (rel === "modulepreload" || crossorigin !== undefined);
  return blocked.has(as) && !isChecked;
}

/** A `Link` field without what a browser would refuse. */
export function withoutBlocked(field: string, policies: readonly string[]): string {
  const blocked = blockedDestinations(policies);
  if (blocked.size === 0) return field;
  const kept = readLinks(field).filter(({ rel, attributes }) => {
    const preload = rel.find((type) => type === "preload" || type === "modulepreload");
    const as = attributes.get("as")?.toLowerCase() ?? (preload === "modulepreload" ? "script" : "");
    const [integrity, crossorigin] = [attributes.get("integrity"), attributes.get("crossorigin")];
    return preload === undefined || !isBlocked(blocked, { as, rel: preload, integrity, crossorigin });
  });
  return kept.map(({ text }) => text).join(", ");
}
