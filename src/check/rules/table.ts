export type Level = "error" | "warning";

export interface Rule {
  readonly level: Level;
  /** What is wrong, and what a browser does then. */
  readonly says: string;
  /** What to do. */
  readonly fix: string;
}

const warning = (says: string, fix: string): Rule => ({ level: "warning", says, fix });
const error = (says: string, fix: string): Rule => ({ level: "error", says, fix });

/** What is checked. */
export const rules = {
  "missing-asset": error(
    "A page, a stylesheet, a script or _headers refers to a file of the site that is not there: a browser gets 404.",
    "Add the file, or correct the reference.",
  ),
  "unused-preload": warning(
    "A file is preloaded that nothing uses: it is fetched in vain, before what is needed.",
    "Remove the preload.",
  ),
  "preload-as": warning(
    "The as of a preload is missing, none that browsers preload, or not that of what uses the file: it is fetched twice, or not at all.",
    "Set as to how the file is used: script, style, font, image or fetch, and rel=modulepreload for a module.",
  ),
  "preload-crossorigin": warning(
    "A preload has another crossorigin than what uses the file: it is fetched twice.",
    "Give both the same crossorigin. Fonts and preloaded modules need one: crossorigin without a value.",
  ),
  "preload-integrity": warning(
    "A preload has another integrity than what uses the file: it is fetched twice.",
    "Give both the same integrity, or neither.",
  ),
  "preload-type": warning(
    "The type of a preload is not one that browsers support for its as, so they ignore it.",
    "Write the media type of the file (font/woff2, image/webp), or leave type out.",
  ),
  "preload-srcset": warning(
    "A preload names one of several candidates of an image: a browser that chooses another one fetches both.",
    "Give the preload imagesrcset and imagesizes with the values of the image's srcset and sizes.",
  ),
  "preload-media": warning(
    "A preload lacks the media of the source that it is for: a browser that takes another source fetches both.",
    "Give the preload the media of that source.",
  ),
  "modulepreload-import-map": error(
    "A modulepreload, of _headers or of an element, comes before a page's import map: Firefox then refuses the map, and modules that need it do not run.",
    "Write rel=preload; as=script; crossorigin instead, which all browsers take once, or put the element after the map.",
  ),
  "max-bytes": error("A page with all that it loads has more bytes than --max-bytes.", "Make it smaller."),
  "max-requests": error("A page makes more requests than --max-requests.", "Put files together, or load fewer."),
  "max-depth": error(
    "A page makes more requests one after another than --max-depth, as each file names the next.",
    "Preload what is found last, or have the page name it.",
  ),
  "rule-syntax": error(
    "A line of _headers or _redirects can't be understood, or can't be carried out here.",
    "Correct the line.",
  ),
  "redirect-loop": error(
    "Redirects of _redirects lead in a circle: a browser gives up with an error.",
    "Have the last of them lead to a file.",
  ),
  "redirect-to-nothing": error(
    "A rule of _redirects leads to a path of the site at which there is nothing: a browser gets 404.",
    "Correct the path, or remove the rule.",
  ),
  "headers-for-nothing": warning(
    "A pattern of _headers names a file that is not there: its fields are sent with nothing.",
    "Correct the path, or remove the rule.",
  ),
} satisfies Record<string, Rule>;

export type RuleName = keyof typeof rules;

export const ruleNames = Object.keys(rules).filter(isRuleName);

export function isRuleName(text: string): text is RuleName {
  return Object.hasOwn(rules, text);
}
