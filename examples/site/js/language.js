/**
 * The texts of a page in the language that its `html` element names, from one
 * file for each language. The English ones stand in the HTML too, for readers
 * without JavaScript.
 */

/** "en" or "zh". */
export const language = document.documentElement.lang.slice(0, 2);

const texts = await readTexts();
const plural = new Intl.PluralRules(language);

async function readTexts() {
  const response = await fetch(`texts/${language}.json`);
  if (!response.ok) throw new Error(`texts/${language}.json was answered with ${response.status}`);
  return response.json();
}

/**
 * A text with its `{places}` filled in.
 *
 * @param {string} key
 * @param {Record<string, string | number>} values
 */
export function text(key, values = {}) {
  return fill(templateOf(key), values).replaceAll(/`|\*\*/g, "");
}

/** Whether there is such a text. @param {string} key */
export const hasText = (key) => key in texts;

/** So many of something, in words: `count.NAME.one`, `count.NAME.other`. @param {string} name @param {number} value */
export function counted(name, value) {
  const form = plural.select(value) === "one" ? "one" : "other";
  return text(`count.${name}.${form}`, { value: new Intl.NumberFormat(language).format(value) });
}

/** Puts a text into an element; what stands between backticks is code, between two stars each strong. */
export function write(node, key, values = {}) {
  const parts = templateOf(key).split(/(`[^`]+`|\*\*[^*]+\*\*)/);
  node.replaceChildren(...parts.filter(Boolean).map((part) => piece(part, values)));
}

function piece(part, values) {
  const isCode = part.startsWith("`");
  if (!isCode && !part.startsWith("**")) return fill(part, values);
  const node = document.createElement(isCode ? "code" : "b");
  node.textContent = fill(part.replaceAll(/^`|`$|\*\*/g, ""), values);
  return node;
}

function templateOf(key) {
  const template = texts[key];
  if (template === undefined) throw new Error(`no text "${key}" in texts/${language}.json`);
  return template;
}

const fill = (template, values) => template.replaceAll(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));

/** Writes the whole page in its language, and shows it. */
export function translate() {
  if (language !== "en") {
    for (const node of document.querySelectorAll("[data-text]")) write(node, node.dataset.text);
    for (const node of document.querySelectorAll("[data-attributes]")) translateAttributes(node);
  }
  for (const link of document.querySelectorAll("[data-language]")) {
    if (link.dataset.language === language) link.setAttribute("aria-current", "true");
  }
  keepLanguage();
  document.documentElement.classList.remove("untranslated");
}

/** `data-attributes="aria-label:network.picture"`: the attribute, and the key of its text. */
function translateAttributes(node) {
  for (const pair of node.dataset.attributes.split(";")) {
    const [name, key] = pair.split(":");
    node.setAttribute(name, text(key));
  }
}

/** A language that was asked for in the address stays, from page to page. */
function keepLanguage() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === null) return;
  for (const link of document.querySelectorAll('a[href="./"], a[href="about.html"]')) {
    link.href = `${link.getAttribute("href")}?lang=${encodeURIComponent(asked)}`;
  }
}
