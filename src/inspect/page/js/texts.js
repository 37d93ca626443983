const language = document.documentElement.lang;

const response = await fetch(`texts/${language}.json`);
/** @type {Record<string, string>} */
const texts = await response.json();

/**
 * A text in the page's language, with what stands in braces put in.
 *
 * @param {string} name
 * @param {Record<string, string | number>} values
 */
export function text(name, values = {}) {
  const found = texts[name];
  if (found === undefined) throw new Error(`no text ${name}`);
  return found.replaceAll(/\{(\w+)\}/g, (_all, key) => String(values[key] ?? ""));
}

/** Marks the language that the page is in. */
export function markLanguage() {
  for (const link of document.querySelectorAll("a[hreflang]")) {
    if (link.hreflang === language) link.setAttribute("aria-current", "true");
  }
}
