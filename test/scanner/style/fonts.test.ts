import { expect, test } from "vitest";
import { scanIndex } from "../../support/scan-index.js";

const targets = async (files: Readonly<Record<string, string>>) =>
  (await scanIndex(files)).entries.map(({ target }) => target);

const weights = ["100", "400", "700", "900"];
const faces = weights.map((weight) => `@font-face { font-family: F; font-weight: ${weight}; src: url(${weight}) }`);
const fonts = Object.fromEntries(weights.map((weight) => [weight, ""]));

test.each([
  [300, "font-weight: bolder", "/400"],
  [400, "font-weight: bolder", "/700"],
  [600, "font-weight: bolder", "/900"],
  [500, "font-weight: lighter", "/100"],
  [700, "font-weight: lighter", "/400"],
  [900, "font-weight: lighter", "/700"],
  [900, "font-weight: var(--none)", "/900"],
  [900, "font: var(--none)", "/900"],
  [900, "font: inherit", "/900"],
  [900, "font: 1em F", "/400"],
])("in an element of weight %i, %s takes the face %s (CSS Fonts 4 §2.4)", async (weight, style, face) => {
  const html = `<style>${faces.join("")}</style><p style="font: ${weight} 1em F"><b style="${style}">text</b>`;
  expect(await targets({ "index.html": html, ...fonts })).toEqual([face]);
});

test("where a rule may be for an element, its font and the one without it count", async () => {
  const html = `<style>${faces.join("")} p:nth-child(2n) { font-weight: 900 }</style><p style="font-family: F">text`;
  expect((await targets({ "index.html": html, ...fonts })).sort()).toEqual(["/400", "/900"]);
});

test.each([
  [String.raw`"\e9"`, true],
  [String.raw`'\0000E9 x'`, true],
  [String.raw`'\é'`, true],
  [String.raw`"e" 'é'`, true],
  [String.raw`"e9"`, false],
  [String.raw`'\110000'`, false],
  ["none", false],
  ["url(i)", false],
])("content: %s has a face for é loaded: %s", async (content, isLoaded) => {
  const css = `@font-face { font-family: F; src: url(f); unicode-range: U+E9 } p::before { font-family: F; content: ${content} }`;
  expect((await targets({ "index.html": `<style>${css}</style><p>`, f: "" })).includes("/f")).toBe(isLoaded);
});

test.each(["counter(n)", "counters(n, '.')", "attr(title)", "open-quote"])(
  "content: %s counts as a letter",
  async (content) => {
    const css = `@font-face { font-family: F; src: url(f); unicode-range: U+61 } p::after { font-family: F; content: ${content} }`;
    expect(await targets({ "index.html": `<style>${css}</style><p>`, f: "" })).toEqual(["/f"]);
  },
);
