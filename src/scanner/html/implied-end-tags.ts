import { type TagName, tagNamed } from "./tag-name.js";

export function tagsOf(names: string): TagName[] {
  return names.split(" ").map(tagNamed);
}

for (const tag of tagsOf(
  "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr",
)) {
  tag.isVoid = true;
}

let groups = 0;

/** A group of start tags that end the same open elements, unless one of some others lies between (HTML §13.2.6.4.7). */
function implies(starts: string, names: string, scope: string): void {
  const group = 1 << groups;
  groups += 1;
  for (const start of tagsOf(starts)) start.implies |= group;
  for (const tag of tagsOf(names)) tag.endedBy |= group;
  for (const tag of tagsOf(scope)) tag.screens |= group;
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
implies("caption col colgroup thead tbody tfoot", "thead tbody tfoot", "table template");
implies("option", "option", "select template");
implies("optgroup", "optgroup", "select template");
implies("caption colgroup tbody td tfoot th thead tr", "caption colgroup", "table template");

/** Start tags that open an element around them where its own tag is left out (HTML §13.2.6.4.9 on). */
function wraps(starts: string, around: string, name: string): void {
  const within = tagsOf(around).map((tag) => [tag, tagNamed(name)] as const);
  for (const start of tagsOf(starts)) start.wrappers = new Map([...(start.wrappers ?? []), ...within]);
}

wraps("td th tr", "table", "tbody");
wraps("td th", "tbody tfoot thead", "tr");
wraps("col", "table", "colgroup");
