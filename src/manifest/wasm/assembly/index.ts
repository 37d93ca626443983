// The tags of a page, at the speed of reading them: what a scan does some millions of times. It is written in
// AssemblyScript and compiled to WebAssembly, which is fast from the first page on, where JavaScript gets so in the
// second half of a scan, and compares sixteen bytes at once. It knows no element and no selector: it finds tags and
// their attributes, remembers by numbers what tags do and where they lead, and leaves what is new to its caller.

import { forgetPlaces } from "./places";
import { forgetTags } from "./known-tags";

export { readTag } from "./attributes";
export { learn, learnReferring } from "./known-tags";
export { connect, tell } from "./places";
export { hasShown, hasBeyondAscii } from "./text";
export { walk } from "./walk";

/** Forgets what it knows of tags and places. No page has the number of another: what was noted of pages can stay. */
export function reset(): void {
  forgetTags();
  forgetPlaces();
}
