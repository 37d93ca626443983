import { readdirSync, readFileSync } from "node:fs";
import { parse, type DefaultTreeAdapterTypes } from "parse5";
import { expect, test } from "vitest";

type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.ChildNode;

const site = "examples/site";
const textsOf = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(`${site}/texts/${language}.json`, "utf8"));
const [english, chinese] = [textsOf("en"), textsOf("zh")];

const elementsIn = (node: { childNodes: Node[] }): Element[] =>
  node.childNodes.flatMap((child) => ("tagName" in child ? [child, ...elementsIn(child)] : []));

const attribute = ({ attrs }: Element, name: string) => attrs.find((attr) => attr.name === name)?.value;

/** What an element says, with code and bold text marked as the files of texts mark them. */
function textOf(node: Node): string {
  if ("value" in node) return node.value;
  if (!("childNodes" in node)) return "";
  const text = node.childNodes.map((child) => textOf(child)).join("");
  if (node.nodeName === "code") return `\`${text}\``;
  return node.nodeName === "b" ? `**${text}**` : text;
}

const plain = (text: string) => text.replaceAll(/\s+/g, " ").trim();

test.each(["index.html", "about.html"])("the English texts in %s are those of the file of English texts", (file) => {
  // Scripting is off, so that what `noscript` holds is read too.
  const elements = elementsIn(parse(readFileSync(`${site}/${file}`, "utf8"), { scriptingEnabled: false }));
  let texts = 0;
  for (const element of elements) {
    const key = attribute(element, "data-text");
    if (key !== undefined) {
      const inner = element.childNodes.map((child) => textOf(child)).join("");
      expect([key, plain(inner)]).toEqual([key, english[key]]);
      texts += 1;
    }
    for (const pair of attribute(element, "data-attributes")?.split(";") ?? []) {
      const [name = "", of = ""] = pair.split(":");
      expect([of, attribute(element, name)]).toEqual([of, english[of]]);
    }
  }
  expect(texts).toBeGreaterThan(30);
});

test("both languages have the same texts, with the same places and the same code", () => {
  expect(Object.keys(chinese)).toEqual(Object.keys(english));
  const placesIn = (text: string) => (text.match(/\{\w+\}|`[^`]+`/g) ?? []).sort();
  for (const [key, text] of Object.entries(english)) {
    expect([key, placesIn(chinese[key] ?? "")]).toEqual([key, placesIn(text)]);
  }
});

test("every text that a script or a page asks for is there, and none is left over", () => {
  const scripts = readdirSync(`${site}/js`).map((file) => readFileSync(`${site}/js/${file}`, "utf8"));
  const pages = ["index.html", "about.html"].map((file) => readFileSync(`${site}/${file}`, "utf8"));
  const sources = [...scripts, ...pages].join("\n");
  // `network.loading.${means}` asks for all that begin so.
  const begun = [...sources.matchAll(/`((?:\w+\.)+)\$\{/g)].map(([, prefix = ""]) => prefix);
  const named = new Set([...sources.matchAll(/["':;]([a-z]\w*(?:\.[\w ]+)+)(?=["';])/gi)].map(([, key = ""]) => key));
  const isAsked = (key: string) => named.has(key) || begun.some((prefix) => key.startsWith(prefix));
  expect(Object.keys(english).filter((key) => !isAsked(key))).toEqual([]);
  const families = new Set(Object.keys(english).map((key) => key.split(".")[0]));
  const unknown = [...named].filter((key) => families.has(key.split(".")[0] ?? "") && !(key in english));
  expect(unknown.filter((key) => !/\.(?:html|js|css|svg|json)$/.test(key))).toEqual([]);
});
