import { escapeHtml } from "../../io/text/escape-html.js";
import icon from "./icon.svg?raw";
import html from "./index.html?raw";
import connections from "./js/connections.js?raw";
import dom from "./js/dom.js?raw";
import feed from "./js/feed.js?raw";
import format from "./js/format.js?raw";
import frames from "./js/frames.js?raw";
import loads from "./js/loads.js?raw";
import main from "./js/main.js?raw";
import texts from "./js/texts.js?raw";
import waterfall from "./js/waterfall.js?raw";
import windows from "./js/windows.js?raw";
import type { Language } from "./language.js";
import css from "./page.css?raw";
import english from "./texts/en.json?raw";
import chinese from "./texts/zh.json?raw";

/** A file of the page. */
interface Asset {
  readonly type: string;
  readonly content: string;
}

const script = (content: string): Asset => ({ type: "text/javascript; charset=utf-8", content });
const json = (content: string): Asset => ({ type: "application/json; charset=utf-8", content });

/** What the page asks for, by its path below that of the page. */
export const assets: ReadonlyMap<string, Asset> = new Map([
  ["page.css", { type: "text/css; charset=utf-8", content: css }],
  ["icon.svg", { type: "image/svg+xml", content: icon }],
  ["js/connections.js", script(connections)],
  ["js/dom.js", script(dom)],
  ["js/feed.js", script(feed)],
  ["js/format.js", script(format)],
  ["js/frames.js", script(frames)],
  ["js/loads.js", script(loads)],
  ["js/main.js", script(main)],
  ["js/texts.js", script(texts)],
  ["js/waterfall.js", script(waterfall)],
  ["js/windows.js", script(windows)],
  ["texts/en.json", json(english)],
  ["texts/zh.json", json(chinese)],
]);

const TEXTS: Readonly<Record<Language, string>> = { en: english, zh: chinese };

/** The page in a language: `{{name}}` stands for a text. */
export function pageIn(language: Language): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of ours, an object of texts
  const named = JSON.parse(TEXTS[language]) as Readonly<Record<string, string>>;
  return html
    .replaceAll("{{lang}}", language)
    .replaceAll(/\{\{([\w.]+)\}\}/g, (_all, name: string) => escapeHtml(named[name] ?? name));
}
