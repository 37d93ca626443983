import { beforeAll, expect, test } from "vitest";

import { baseOf } from "../../../src/manifest/resolve.js";
import { readImportMaps, resolveModule } from "../../../src/scanner/modules/import-map.js";
import { readScript, scriptLexer } from "../../../src/scanner/modules/imports.js";

beforeAll(scriptLexer);

const specifiers = (source: string): string[] => readScript(source).imports.map(({ specifier }) => specifier);

test.each([
  [`import "./a.js"`, ["./a.js"]],
  [`import a, { b as c } from './a.js'; import * as d from "./b.js";`, ["./a.js", "./b.js"]],
  [`export { a } from "./a.js"; export * from "./b.js"; export * as c from "./c.js"`, ["./a.js", "./b.js", "./c.js"]],
  [`import "./a.js"; import "./a.js"`, ["./a.js"]],
  [`import("./later.js"); new Worker("w.js")`, []],
  [`// import "./no.js"\nconst text = 'import "./no.js"';`, []],
  [`import a from "./a.js"; export default function () {} const b = 1; export { b as c, a }; await 1;`, ["./a.js"]],
  [`import "./a.js"; export default class extends Object {}`, ["./a.js"]],
  [`import "./a.js"; export default async () => import.meta.url; export const { x, y: [z] } = {}, w = 1;`, ["./a.js"]],
  [`import{a}from"./a.js";export default class{}export async function*b(){}export class C{}`, ["./a.js"]],
  [`import "./a.js"; export default function f() {}`, ["./a.js"]],
  [`import "./a.js"; export default (1, 2)`, ["./a.js"]],
  [`#!/usr/bin/env node\nimport "./a.js";`, ["./a.js"]],
])("takes the static imports of %s", (source, expected) => {
  expect(specifiers(source)).toEqual(expected);
});

test.each([
  `import "./a.js"; let let = ;`,
  `import "./a.js"; (`,
  `import "./a.js"; const x: number = 1`,
  `import "./a.js" with { lang: "x" }`,
])("takes nothing from a script that a browser refuses: %s", (source) => {
  expect(specifiers(source)).toEqual([]);
});

test("knows what kind of module an import asks for", () => {
  const source = `import a from "./a.json" with { type: "json" }; import b from "./b.css" with { type: "css" };`;
  expect(readScript(source).imports.map(({ type }) => type)).toEqual(["json", "style"]);
});

const map = readImportMaps(
  [
    `{ "imports": { "x": "./x.js", "y/": "./y/", "y/special.js": "./s.js", "null": null, "./old.js": "./new.js" },
       "scopes": { "./y/": { "x": "./scoped.js" } } }`,
    `{ "imports": { "x": "./second.js", "z": "./z.js" } }`,
    `not json`,
  ],
  baseOf("/app/"),
);

test.each([
  ["x", "/app/", "/app/x.js"],
  ["x", "/app/y/a.js", "/app/scoped.js"],
  ["y/a.js", "/app/", "/app/y/a.js"],
  ["y/special.js", "/app/", "/app/s.js"],
  ["z", "/app/", "/app/z.js"],
  ["./old.js", "/app/", "/app/new.js"],
  ["./other.js", "/app/js/", "/app/js/other.js"],
  ["bare", "/app/", undefined],
  ["null", "/app/", undefined],
  ["y/../../up.js", "/app/", undefined],
])("resolves %s from %s", (specifier, from, expected) => {
  expect(resolveModule(specifier, baseOf(from), map)?.pathname).toBe(expected);
});
