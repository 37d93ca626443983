import { SCOPE, type TagName, tagNamed } from "./tag-name.js";

export function tagsOf(names: string): TagName[] {
  return names.split(" ").map(tagNamed);
}

for (const tag of tagsOf(
  "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr",
)) {
  tag.isVoid = true;
}

const HEADINGS = "h1 h2 h3 h4 h5 h6";
/** What begins a paragraph, a part or the like, and ends a `p`. */
const BLOCKS =
  "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer header hgroup listing main menu nav ol pre search section summary ul";
const FORMATTING = "a b big code em font i nobr s small strike strong tt u";
const GENERAL = "applet caption html marquee object table td template th foreignobject";
/** The special elements (HTML §13.2.4.2), but for those that a list item may be left out of. */
const SPECIAL = `${GENERAL} article aside blockquote body button center details dir dl dd dt fieldset figcaption figure footer form frameset ${HEADINGS} head header hgroup iframe li listing main marquee menu nav noembed noframes noscript ol plaintext pre script search section select style summary tbody textarea tfoot thead title tr ul xmp`;
const THROUGH_ITEMS = "address div p";

for (const tag of tagsOf(HEADINGS)) tag.isHeading = true;

function bounds(scope: number, names: string): void {
  for (const tag of tagsOf(names)) tag.bounds |= scope;
}

bounds(SCOPE.special, `${SPECIAL} ${THROUGH_ITEMS}`);
bounds(SCOPE.general, GENERAL);
bounds(SCOPE.button, `${GENERAL} button`);
bounds(SCOPE.list, `${GENERAL} ol ul`);
bounds(SCOPE.table, "html table template");

function endsIn(scope: number, names: string): void {
  for (const tag of tagsOf(names)) tag.endsIn = scope;
}

endsIn(SCOPE.general, `${BLOCKS} ${HEADINGS} ${FORMATTING} applet button dd dt form marquee object select`);
endsIn(SCOPE.button, "p");
endsIn(SCOPE.list, "li");
endsIn(SCOPE.table, "caption table tbody td tfoot th thead tr");

let groups = 0;

/**
 * A group of start tags that end the same open elements, unless one of some others lies between (HTML §13.2.6.4.7).
 * The groups of one start tag count in their order.
 */
function implies(starts: string, names: string, scope: string): void {
  const group = 1 << groups;
  groups += 1;
  for (const start of tagsOf(starts)) start.implies |= group;
  for (const tag of tagsOf(names)) tag.endedBy |= group;
  for (const tag of tagsOf(scope)) tag.screens |= group;
}

implies("li", "li", SPECIAL);
implies("dt dd", "dt dd", SPECIAL);
implies("tr", "tr", "table template");
implies("td th", "td th", "tr table template");
implies("caption col colgroup thead tbody tfoot", "thead tbody tfoot", "table template");
implies("option", "option", "select template");
implies("optgroup", "optgroup", "select template");
implies("caption colgroup tbody td tfoot th thead tr", "caption colgroup", "table template");
implies("button", "button", GENERAL);
implies("a", "a", `${SPECIAL} ${THROUGH_ITEMS}`);
implies(`${BLOCKS} ${HEADINGS} dd dt form hr li p plaintext table xmp`, "p", `${GENERAL} button`);

/** Start tags that open an element around them where its own tag is left out (HTML §13.2.6.4.9 on). */
function wraps(starts: string, around: string, name: string): void {
  const within = tagsOf(around).map((tag) => [tag, tagNamed(name)] as const);
  for (const start of tagsOf(starts)) start.wrappers = new Map([...(start.wrappers ?? []), ...within]);
}

wraps("td th tr", "table", "tbody");
wraps("td th", "tbody tfoot thead", "tr");
wraps("col", "table", "colgroup");
