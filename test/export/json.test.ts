import { getTransformedRoutes, headersSchema } from "@vercel/routing-utils";
import { Ajv } from "ajv";
import { describe, expect, test } from "vitest";
import { isObject } from "../../src/io/json-object.js";
import { exportSite, type ExportOptions } from "../../src/export/export-site.js";
import type { ManifestEntry } from "../../src/manifest/types.js";
import firebaseSchema from "./schemas/firebase-hosting.json" with { type: "json" };

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

/** What the hosts' own programs hold such a file against. */
const schemas = {
  vercel: { type: "object", properties: { headers: headersSchema } },
  firebase: firebaseSchema,
};

const own = {
  vercel:
    '{\n  // ours\n  "cleanUrls": true,\n  "headers": [\n    { "source": "/x", "headers": [{ "key": "x-a", "value": "1" }] }\n  ]\n}\n'.replace(
      "  // ours\n",
      "",
    ),
  firebase: '{"hosting":{"public":"dist","headers":[{"source":"/x","headers":[{"key":"x-a","value":"1"}]}]}}',
};

describe.each(["vercel", "firebase"] as const)("%s.json", (target) => {
  test("keeps what is there, fits the host's schema, and is the same the second time", async () => {
    for (const existing of ["", own[target]]) {
      const { files } = await exportSite(needs, options(target, existing));
      const text = files[0]?.content.toString() ?? "";
      const json: unknown = JSON.parse(text);
      const validate = new Ajv({ allowUnionTypes: true }).compile(schemas[target]);
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

test("each page of vercel.json is matched by its source alone, or by that of its directory", async () => {
  const { files } = await exportSite(needs, options("vercel"));
  const linkFor = vercelLinks(JSON.parse(files[0]?.content.toString() ?? ""));
  for (const path of ["/", "/about (1)+.html", "/about (1)+", "/posts/1/"]) {
    expect([path, linkFor(path)]).toEqual([path, "</a.css>; rel=preload; as=style"]);
  }
  for (const path of ["/none.html", "/about"]) expect([path, linkFor(path)]).toEqual([path, undefined]);
});

test("the page of a directory is served without its slash, too", async () => {
  const pages = new Map([
    ["/", []],
    ["/about/", [entry]],
    ["/about.css/", [{ ...entry, target: "/b.css" }]],
  ]);
  const vercel = await exportSite(pages, options("vercel"));
  const linkFor = vercelLinks(JSON.parse(vercel.files[0]?.content.toString() ?? ""));
  const firebase = await exportSite(pages, options("firebase"));
  const rules = rulesIn(JSON.parse(firebase.files[0]?.content.toString() ?? ""));
  const valueFor = (path: string) => rules.findLast(([regex]) => new RegExp(regex).test(path))?.[1];
  const paths = ["/about/", "/about", "/about.css", "/about/x", "/abou", "/"];
  for (const said of [linkFor, valueFor])
    expect(paths.filter((path) => (said(path) ?? "") !== "")).toEqual(paths.slice(0, 3));
});

test.each([
  ["beside a page of its name", ["/", "/posts.html", "/posts/1.html", "/posts/2.html"], "/posts"],
  ["as its index", ["/", "/posts.html", "/posts/"], "/posts"],
])("a directory without its slash is another page: %s", async (_, names, path) => {
  const lists = new Map(names.map((name) => [name, name.startsWith("/posts/") ? [entry] : []]));
  const vercel = await exportSite(lists, options("vercel"));
  const firebase = await exportSite(lists, options("firebase"));
  const rules = rulesIn(JSON.parse(firebase.files[0]?.content.toString() ?? ""));
  const values = rules.filter(([regex]) => new RegExp(regex.replace("(?i:", "(?:")).test(path));
  expect([vercelLinks(JSON.parse(vercel.files[0]?.content.toString() ?? ""))(path), values.at(-1)?.[1] ?? ""]).toEqual([
    undefined,
    "",
  ]);
});

test("directories beside each other are served without their slashes, too", async () => {
  const lists = new Map([
    ["/", []],
    ["/a/", [entry]],
    ["/b/", [entry]],
  ] as [string, ManifestEntry[]][]);
  const { files } = await exportSite(lists, options("vercel"));
  const linkFor = vercelLinks(JSON.parse(files[0]?.content.toString() ?? ""));
  expect(["/a/", "/a", "/b", "/a.css", "/a/b.css", "/"].filter((path) => linkFor(path) !== undefined)).toEqual([
    "/a/",
    "/a",
    "/b",
  ]);
});

test("pages of a directory that are served without their suffix have its rule in firebase.json", async () => {
  const names = Array.from({ length: 20 }, (_, at) => `/posts/${at}.html`);
  const all = new Map([["/", []], ...names.map((name): [string, ManifestEntry[]] => [name, [entry]])]);
  const { files } = await exportSite(all, options("firebase"));
  const rules = rulesIn(JSON.parse(files[0]?.content.toString() ?? ""));
  const has = (path: string) => rules.some(([regex]) => new RegExp(regex.replace("(?i:", "(?:")).test(path));
  const paths = ["/posts/7.html", "/posts/7", "/posts/7/", "/posts/a.css"];
  expect(paths.filter(has)).toEqual(paths.slice(0, 3));
});

test("more rules than Vercel takes are an error", async () => {
  const pages = new Map(
    Array.from({ length: 1500 }, (_, at) => [`/${at}.html`, [{ ...entry, target: `/${at}.css` }]] as const),
  );
  await expect(exportSite(pages, options("vercel"))).rejects.toThrow("3000 rules for vercel.json, of 2000 at most");
});

test("a name with the signs of a pattern is a rule for that page alone in vercel.json", async () => {
  const pages = new Map(["/", "/a*.html", "/:page/", "/b/(x).html"].map((path) => [path, path === "/" ? [] : [entry]]));
  const { files } = await exportSite(pages, options("vercel"));
  const linkFor = vercelLinks(JSON.parse(files[0]?.content.toString() ?? ""));
  const paths = ["/a*.html", "/a*", "/:page/", "/b/(x)", "/about", "/a", "/other/", "/b/x"];
  expect(paths.filter((path) => linkFor(path) !== undefined)).toEqual(paths.slice(0, 4));
});

test("all links of a page are in one field of vercel.json, as a second one of the name would replace it", async () => {
  const many = Array.from({ length: 100 }, (_, index) => ({ ...entry, target: `/styles/a-long-name-${index}.css` }));
  const { files } = await exportSite(new Map([["/", many]]), { ...options("vercel"), announce: "all" });
  const link = vercelLinks(JSON.parse(files[0]?.content.toString() ?? ""))("/");
  expect(link?.split(", ")).toHaveLength(100);
});

/** What Vercel's own program makes of the file: the field that a path gets. */
function vercelLinks(json: unknown): (path: string) => string | undefined {
  const headers = isObject(json) && Array.isArray(json["headers"]) ? json["headers"] : [];
  const { routes, error } = getTransformedRoutes({ headers });
  expect(error).toBeNull();
  const found = (routes ?? []).flatMap((route) =>
    "headers" in route ? [[new RegExp(route.src), route.headers?.["Link"]] as const] : [],
  );
  return (path) => found.findLast(([source, link]) => link !== undefined && source.test(path))?.[1];
}

/** Expression and value of each rule. */
function rulesIn(json: unknown): (readonly [regex: string, value: string])[] {
  const rules = isObject(json) && isObject(json["hosting"]) ? json["hosting"]["headers"] : [];
  return (Array.isArray(rules) ? rules : []).filter(isObject).flatMap(({ regex, headers }) => {
    const [header] = Array.isArray(headers) ? headers.filter(isObject) : [];
    return typeof regex === "string" ? [[regex, String(header?.["value"])] as const] : [];
  });
}
