import { type TagName, tagNamed } from "./tag-name.js";

/** Elements that a start tag ends, unless one of the others lies between (HTML §13.2.6.4.7). */
export interface ImpliedEnd {
  readonly tags: readonly TagName[];
  readonly scope: ReadonlySet<TagName>;
}

export function tagsOf(names: string): TagName[] {
  return names.split(" ").map(tagNamed);
}

for (const tag of tagsOf(
  "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr",
)) {
  tag.isVoid = true;
}

function implies(starts: string, names: string, scope: string): void {
  const end: ImpliedEnd = { tags: tagsOf(names), scope: new Set(tagsOf(scope)) };
  for (const start of tagsOf(starts)) start.implies = end;
}

implies(
  "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr main menu nav ol p pre search section summary table ul",
  "p",
  "applet button caption html marquee object table td template th",
);
implies("li", "li", "ul ol menu table td th template");
implies("dt dd", "dt dd", "dl table td th template");
implies("tr", "tr", "table template");
implies("td th", "td th", "tr table template");
implies("thead tbody tfoot", "thead tbody tfoot", "table template");
implies("option", "option", "select template");
implies("optgroup", "optgroup", "select template");
