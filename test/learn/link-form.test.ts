import { expect, test } from "vitest";
import { linkForm } from "../../src/learn/link-form.js";

const asked = (destination: string, mode: string, byDocument = true) => ({
  target: "/a.woff2?v=1",
  destination,
  mode,
  byDocument,
  isOpen: true,
});

test.each([
  ["a classic script", asked("script", "no-cors"), false, { as: "script", rel: "preload" }],
  ["a module", asked("script", "cors"), true, { as: "script", rel: "modulepreload" }],
  [
    "a script with CORS that may be either",
    asked("script", "cors"),
    false,
    { as: "script", rel: "preload", crossorigin: "anonymous" },
  ],
  ["a stylesheet", asked("style", "no-cors"), false, { as: "style", rel: "preload" }],
  ["a stylesheet with CORS", asked("style", "cors"), false, { as: "style", rel: "preload", crossorigin: "anonymous" }],
  ["a CSS module", asked("style", "cors", false), false, { as: "style" }],
  [
    "a font",
    asked("font", "cors"),
    false,
    { as: "font", rel: "preload", type: "font/woff2", crossorigin: "anonymous" },
  ],
  ["an image", asked("image", "no-cors"), false, { as: "image", rel: "preload" }],
  ["an SVG that use refers to", asked("image", "same-origin"), false, undefined],
  [
    "fetch()",
    { ...asked("empty", "cors"), target: "/data.json?v=1" },
    false,
    { as: "fetch", rel: "preload", crossorigin: "anonymous" },
  ],
  [
    "a module that a service worker passes on",
    { target: "/a.js", destination: "empty", mode: "cors", byDocument: true, isOpen: true },
    false,
    undefined,
  ],
  ["a beacon", asked("empty", "no-cors"), false, undefined],
  ["a JSON module", asked("json", "cors", false), false, { as: "json", rel: "modulepreload" }],
  ["a worker", asked("worker", "same-origin"), false, { as: "script" }],
  ["a video", asked("video", "no-cors"), false, { as: "video" }],
  ["a report", asked("report", "no-cors"), false, undefined],
])("%s is announced in the form that a browser takes", (_, request, isModule, form) => {
  expect(linkForm(request, isModule)).toEqual(form);
});
