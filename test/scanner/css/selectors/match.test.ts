import { expect, test } from "vitest";
import { scanIndex } from "../../../support/scan-index.js";

const html = `<p lang=de-AT data-a="one two-three" type=Text>text</p>`;

test.each([
  ["[data-a]", true],
  ["[data-b]", false],
  ["[data-a='one two-three']", true],
  ["[data-a=one]", false],
  ["[data-a~=one]", true],
  ["[data-a~=two]", false],
  ["[data-a~='']", false],
  ["[lang|=de]", true],
  ["[lang|=de-AT]", true],
  ["[lang|=d]", false],
  ["[data-a^=one]", true],
  ["[data-a^=two]", false],
  ["[data-a^='']", false],
  ["[data-a$=three]", true],
  ["[data-a$=one]", false],
  ["[data-a$='']", false],
  ["[data-a*=two]", true],
  ["[data-a*=four]", false],
  ["[data-a*='']", false],
  ["[data-a=ONE]", false],
  ["[data-a^=ONE]", false],
  ["[data-a^=ONE i]", true],
  ["[type=tEXT]", true],
  ["[type=tEXT s]", false],
])("%s is for the element: %s (Selectors 4 §6)", async (selector, isFor) => {
  const { entries } = await scanIndex({
    "index.html": `<style>${selector} { background: url(i) }</style>${html}`,
    i: "",
  });
  expect(entries.map(({ target }) => target)).toEqual(isFor ? ["/i"] : []);
});
