/**
 * One page of each template: the pages of a site whose needs have the same
 * shape. The one of the start page comes first, then those of the most pages.
 *
 * @param pages what each page needs, by its URL path
 */
export function templates(pages) {
  const byShape = new Map();
  for (const [path, entries] of Object.entries(pages).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))) {
    // Nothing can be announced for it: every means gives the same page.
    if (entries.length === 0) continue;
    const shape = shapeOf(entries);
    byShape.set(shape, [...(byShape.get(shape) ?? []), path]);
  }
  const rank = (paths) => (paths.includes("/") ? Infinity : paths.length);
  return [...byShape.values()].sort((a, b) => rank(b) - rank(a)).map(([path]) => path);
}

/** How many targets of each kind, within a factor of two. */
function shapeOf(entries) {
  const counts = new Map();
  for (const { as, rel = "" } of entries) counts.set(`${as} ${rel}`, (counts.get(`${as} ${rel}`) ?? 0) + 1);
  return [...counts]
    .map(([kind, count]) => `${kind} ${Math.floor(Math.log2(count))}`)
    .sort()
    .join(", ");
}

/** The first of each list, then the second of each, until there are so many. */
export function inRounds(lists, most) {
  const taken = [];
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  for (let at = 0; at < longest; at++) taken.push(...lists.flatMap((list) => list.slice(at, at + 1)));
  return taken.slice(0, most);
}
