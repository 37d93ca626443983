import { splitCommas } from "../values.js";
import { wordSet } from "../../../io/text/word-set.js";

/** States that come with an action of the user, or with a script. */
export const NEVER = wordSet(`
  active autofill -webkit-autofill -webkit-full-screen focus focus-visible focus-within fullscreen hover modal
  picture-in-picture popover-open target target-within user-invalid user-valid visited host host-context
`);

/** Pseudo-classes that hold for some elements, which the outline does not know. */
export const UNDECIDED = wordSet(`
  -webkit-any-link closed default defined dir empty first-child first-of-type in-range indeterminate invalid
  lang last-child last-of-type nth-child nth-last-child nth-last-of-type nth-of-type only-child only-of-type
  optional out-of-range read-only read-write state valid
`);

/** Pseudo-classes that an attribute decides when the page has just been loaded. */
export const BY_ATTRIBUTE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "any-link": "href",
    link: "href",
    checked: "checked",
    disabled: "disabled",
    open: "open",
    required: "required",
    "placeholder-shown": "placeholder",
  }),
);

/**
 * What `:lang()` and `:dir()` ask for (Selectors 4 §9): an attribute of an
 * element, or of one around it where none in between says something else.
 * Undefined for what is not told so: `:lang("*-Latn")`, `:dir(ltr)`.
 */
export function byInheritedAttribute(name: string, argument: string): string | undefined {
  const values = splitCommas(argument).map((value) => value.trim().replaceAll(/^["']|["']$/g, ""));
  if (!values.every((value) => /^[a-z][\w-]*$/i.test(value))) return undefined;
  if (name === "dir") return values.join() === "rtl" ? inheriting("dir", "=rtl") : undefined;
  return name === "lang" ? values.map((value) => inheriting("lang", `|=${value}`)).join() : undefined;
}

function inheriting(name: string, test: string): string {
  const has = `[${name}${test} i]`;
  return `${has}, ${has} :not([${name}], [${name}]:not(${has}) *)`;
}

/** Pseudo-elements that show text, which may take a font of its own. */
export const TEXT_PSEUDO = wordSet(`
  first-letter first-line marker placeholder file-selector-button -webkit-file-upload-button
  -webkit-input-placeholder
`);

/** Parts of form controls that Chromium draws, and loads images for, and what has them. */
export const PARTS_OF_INPUTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "-webkit-calendar-picker-indicator":
      "[type=date],[type=time],[type=month],[type=week],[type=datetime-local],[list]",
    "-webkit-search-cancel-button": "[type=search]",
    "-webkit-slider-runnable-track": "[type=range]",
    "-webkit-slider-thumb": "[type=range]",
  }),
);
