import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { isObject } from "../../src/io/json-object.js";
import { exportSite, type ExportOptions } from "../../src/export/export-site.js";
import type { ManifestEntry } from "../../src/manifest/types.js";

const entry: ManifestEntry = { target: "/a.css", rel: "preload", as: "style", bytes: 1 };

const options = (target: ExportOptions["target"], existing = ""): ExportOptions => ({
  target,
  announce: "unseen",
  earlyHints: false,
  version: undefined,
  freshness: () => undefined,
  mixed: new Set(["/"]),
  made: "Made by a test",
  existing: () => Promise.resolve(Buffer.from(existing)),
});

const needs = new Map([
  ["/", [entry]],
  ["/about (1)+.html", [entry]],
  ["/posts/1/", [entry]],
  ["/posts/2/", [entry]],
  ["/none.html", []],
]);

const header = {
  type: "object",
  additionalProperties: false,
  required: ["key", "value"],
  properties: { key: { type: "string", maxLength: 4096 }, value: { type: "string", maxLength: 4096 } },
};
const headers = { type: "array", maxItems: 1024, items: header };

/** What the hosts document of the part that we write. */
const schemas = {
  vercel: {
    type: "object",
    properties: {
      headers: {
        type: "array",
        maxItems: 2048,
        items: {
          type: "object",
          additionalProperties: false,
          required: ["source", "headers"],
          properties: { source: { type: "string", maxLength: 4096 }, headers, has: {}, missing: {} },
        },
      },
    },
  },
  firebase: {
    type: "object",
    properties: {
      hosting: {
        type: "object",
        properties: {
          headers: {
            type: "array",
            items: {
              type: "object",
              additionalProperties: false,
              properties: { source: { type: "string" }, glob: { type: "string" }, regex: { type: "string" }, headers },
              required: ["headers"],
              minProperties: 2,
            },
          },
        },
      },
    },
  },
} as const;

const own = {
  vercel:
    '{\n  // ours\n  "cleanUrls": true,\n  "headers": [\n    { "source": "/x", "headers": [{ "key": "x-a", "value": "1" }] }\n  ]\n}\n'.replace(
      "  // ours\n",
      "",
    ),
  firebase: '{"hosting":{"public":"dist","headers":[{"source":"/x","headers":[{"key":"x-a","value":"1"}]}]}}',
};

describe.each(["vercel", "firebase"] as const)("%s.json", (target) => {
  test("keeps what is there, fits what the host documents, and is the same the second time", async () => {
    for (const existing of ["", own[target]]) {
      const { files } = await exportSite(needs, options(target, existing));
      const text = files[0]?.content.toString() ?? "";
      const json: unknown = JSON.parse(text);
      const validate = new Ajv().compile(schemas[target]);
      expect([validate(json), validate.errors]).toEqual([true, null]);
      expect(text).toContain("</a.css>; rel=preload; as=style");
      if (existing !== "") expect(text).toContain('"x-a"');
      const again = await exportSite(needs, options(target, text));
      expect(again.files[0]?.content.toString()).toBe(text);
    }
  });

  test("keeps every character of the rest", async () => {
    const rest =
      target === "vercel" ? '{\r\n\t"cleanUrls": true,\r\n\t"routes": []\r\n}' : '{ "hosting": { "public": "x" } }';
    const { files } = await exportSite(needs, options(target, rest));
    const text = files[0]?.content.toString() ?? "";
    JSON.parse(text);
    for (const line of rest.split("\r\n")) expect(text).toContain(line.replace(/[\s}]+$/, ""));
    expect(/[^\r]\n/.test(text.trimEnd())).toBe(target === "firebase");
  });

  test("says what is wrong with a file that is none", async () => {
    await expect(exportSite(needs, options(target, "[1"))).rejects.toThrow(`not a ${target}.json`);
  });
});

test("each page of firebase.json is matched by its expression alone, or by that of its directory", async () => {
  const { files } = await exportSite(needs, options("firebase"));
  const rules = rulesIn(JSON.parse(files[0]?.content.toString() ?? ""));
  const valueFor = (path: string) => rules.findLast(([regex]) => new RegExp(regex).test(path))?.[1] ?? "";
  for (const path of ["/", "/about (1)+.html", "/about (1)+", "/posts/1/"]) {
    expect([path, valueFor(path)]).toEqual([path, "</a.css>; rel=preload; as=style"]);
  }
  for (const path of ["/none.html", "/posts/", "/about"]) expect([path, valueFor(path)]).toEqual([path, ""]);
});

/** Expression and value of each rule. */
function rulesIn(json: unknown): (readonly [regex: string, value: string])[] {
  const rules = isObject(json) && isObject(json["hosting"]) ? json["hosting"]["headers"] : [];
  return (Array.isArray(rules) ? rules : []).filter(isObject).flatMap(({ regex, headers }) => {
    const [header] = Array.isArray(headers) ? headers.filter(isObject) : [];
    return typeof regex === "string" ? [[regex, String(header?.["value"])] as const] : [];
  });
}
