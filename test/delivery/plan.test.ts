import { expect, test } from "vitest";
import { leftToBrowser, type PreloadLink } from "../../src/delivery/announcement.js";
import { plan, type Limits, type PageRequest, type Peer } from "../../src/delivery/plan.js";

const css: PreloadLink = { target: "/a.css", rel: "preload", as: "style", bytes: 100, pushable: true, etag: '"css"' };
const js: PreloadLink = { target: "/a.js", rel: "preload", as: "script", bytes: 100, pushable: true, etag: '"js"' };
const frame: PreloadLink = { target: "/frame.html", as: "document", bytes: 100, pushable: true, etag: '"frame"' };

const request = (more: Partial<PageRequest> = {}): PageRequest => ({
  method: "GET",
  status: 200,
  saveData: false,
  framed: false,
  navigation: false,
  linkBytes: 0,
  ...more,
});
const peer = (more: Partial<Peer> = {}): Peer => ({
  pushEnabled: true,
  refuses: false,
  pushableStreams: Infinity,
  freeWindow: Infinity,
  seen: () => false,
  has: () => false,
  ...more,
});
const limits = (more: Partial<Limits> = {}): Limits => ({
  mode: "auto",
  announce: "unseen",
  pushCount: 100,
  pushBytes: 1000,
  ...more,
});

const push = { pushEnabled: true };
const noPush = { pushEnabled: false };
const navigation = { navigation: true };
const saveData = { saveData: true };

interface Case {
  readonly links?: PreloadLink[];
  readonly request?: Partial<PageRequest>;
  readonly peer?: Partial<Peer>;
  readonly limits?: Partial<Limits>;
}

/** Each target with what becomes of it, in the order of the links. */
function decide({ links = [css], ...given }: Case): string[] {
  const made = plan(links, request(given.request), peer(given.peer), limits(given.limits));
  return links.map((link) => {
    const means = [
      made.push.includes(link) ? "push" : "",
      made.hint.includes(link) ? "hint" : "",
      made.link.includes(link) ? "link" : "",
      made.skipped.find((skipped) => skipped.link === link)?.reason ?? "",
    ];
    return means.filter(Boolean).join(" and ");
  });
}

test.each<[title: string, becomes: string, Case]>([
  ["a client that takes pushes", "push", { peer: push }],
  ["a client that set SETTINGS_ENABLE_PUSH to 0", "link", { peer: noPush }],
  ["a client that has refused every push", "link", { peer: { refuses: true } }],
  ["a client that has it", "seen", { peer: { seen: (target, etag) => target === "/a.css" && etag === '"css"' } }],
  ["a client that has another version", "push", { peer: { seen: (_target, etag) => etag === '"old"' } }],
  ["a client that has it and takes no pushes", "link", { peer: { ...noPush, seen: () => true } }],
  ["a client that saves data", "link", { request: saveData }],
  ["a client with no stream left", "link", { peer: { pushableStreams: 0 } }],
  ["HEAD", "link", { request: { method: "HEAD" } }],
  ["304", "link", { request: { status: 304 } }],
  ["304 to a client without pushes", "link", { request: { status: 304 }, peer: noPush }],
  ["a navigation, in auto", "push", { request: navigation }],
])("to %s, a stylesheet goes by: %s", (_title, becomes, given) => {
  expect(decide(given)).toEqual([becomes]);
});

test.each(["POST", "PUT", "DELETE", "OPTIONS"])("nothing goes with the answer to %s", (method) => {
  expect(decide({ request: { method } })).toEqual([""]);
});

test.each([201, 204, 206, 301, 404, 500])("nothing goes with a %i", (status) => {
  expect(decide({ request: { status } })).toEqual([""]);
});

test.each<[title: string, PreloadLink, withPush: string, without: string]>([
  ["marked nopush", { ...css, nopush: true }, "link", "link"],
  ["with candidates to choose from", { ...css, imagesrcset: "/a 1x, /b 2x" }, "link", "link"],
  ["for a medium", { ...css, media: "print" }, "link", "link"],
  [
    "for a medium that no link can name",
    { target: "/b.css", as: "style", bytes: 9, media: "not all", pushable: true },
    "media",
    "push off",
  ],
  ["that is no file of ours", { target: "/a", rel: "preload", as: "fetch", bytes: 0 }, "link", "link"],
  ["that no browser can preload", frame, "push", "push off"],
  ["marked nopush that no browser can preload", { ...frame, nopush: true }, "nopush", "push off"],
  ["that a field can't hold", { ...css, media: "é" }, "8 KB of Link", "8 KB of Link"],
])("a target %s", (_title, link, withPush, without) => {
  expect(decide({ links: [link] })).toEqual([withPush]);
  expect(decide({ links: [link], peer: noPush })).toEqual([without]);
});

test.each<[Limits["mode"], Case, string[]]>([
  ["push", {}, ["push", "push"]],
  ["push", { peer: noPush }, ["push off", "push off"]],
  ["push", { request: saveData }, ["save-data", "save-data"]],
  ["push", { peer: { refuses: true } }, ["declines pushes", "declines pushes"]],
  ["push", { request: { status: 304 } }, ["304", "304"]],
  ["push", { request: { method: "HEAD" } }, ["HEAD", "HEAD"]],
  ["link", {}, ["link", "not preloadable"]],
  ["link", { request: navigation }, ["link", "not preloadable"]],
  ["hints", {}, ["link", "not preloadable"]],
  ["hints", { request: navigation }, ["hint and link", "not preloadable"]],
  ["hints", { request: { ...navigation, status: 304 } }, ["hint and link", "not preloadable"]],
  ["hints", { request: navigation, peer: { has: () => true } }, ["link", "not preloadable"]],
  ["none", {}, ["off", "off"]],
  ["none", { peer: noPush }, ["off", "off"]],
])("mode %s with %j", (mode, given, becomes) => {
  expect(decide({ ...given, links: [css, frame], limits: { mode } })).toEqual(becomes);
});

test.each<[title: string, Case, string[]]>([
  ["count", { limits: { pushCount: 2 } }, ["push", "push", "link", "link"]],
  ["bytes", { limits: { pushBytes: 350 } }, ["push", "push", "push", "link"]],
  ["streams", { peer: { pushableStreams: 1 } }, ["push", "link", "link", "link"]],
  ["none", {}, ["push", "push", "push", "push"]],
])("over the budget of %s, the rest is linked, least needed first", (_title, given, becomes) => {
  expect(decide({ ...given, links: [css, js, css, js].map((link) => ({ ...link })) })).toEqual(becomes);
});

test.each<[title: string, Case, string]>([
  ["count", { limits: { mode: "push", pushCount: 0 } }, "push count"],
  ["bytes", { limits: { mode: "push", pushBytes: 99 } }, "push bytes"],
  ["streams", { limits: { mode: "push" }, peer: { pushableStreams: 0 } }, "streams"],
])("with pushes alone, what is over the budget of %s is left, and why", (_title, given, reason) => {
  expect(decide(given)).toEqual([reason]);
});

test("what is too large for the bytes that are left does not keep out what is smaller", () => {
  expect(decide({ links: [{ ...css, bytes: 2000 }, js], limits: { pushBytes: 1000 } })).toEqual(["link", "push"]);
});

test("what is not pushed takes no share of the budget", () => {
  const links = [{ ...css, nopush: true }, js];
  expect(decide({ links, limits: { pushCount: 1 } })).toEqual(["link", "push"]);
  const seen = (target: string) => target === "/a.css";
  expect(decide({ links: [css, js], limits: { pushCount: 1 }, peer: { seen } })).toEqual(["seen", "push"]);
});

test("Link fields stay within 8 KB together, the most needed first", () => {
  const links = Array.from({ length: 300 }, (_, n) => ({ ...css, target: `/${"x".repeat(60)}/${n}.css` }));
  const made = plan(links, request(), peer(noPush), limits());
  const written = made.link.map(({ target }) => `<${target}>; rel=preload; as=style`).join(", ");
  expect(Buffer.byteLength(written)).toBeLessThanOrEqual(8192);
  expect(Buffer.byteLength(written)).toBeGreaterThan(8192 - 110);
  expect(made.link).toEqual(links.slice(0, made.link.length));
  expect(made.skipped.map(({ reason }) => reason)).toEqual(Array(links.length - made.link.length).fill("8 KB of Link"));
});

test("a link that the response names itself takes nothing of the 8 KB", () => {
  const own = { ...css, target: `/${"x".repeat(8150)}`, inField: true };
  expect(decide({ links: [own, js], peer: noPush })).toEqual(["link", "link"]);
  expect(decide({ links: [{ ...own, inField: false }, js], peer: noPush })).toEqual(["link", "8 KB of Link"]);
});

const inHtml: PreloadLink = { ...css, named: true, blocking: true };
const image: PreloadLink = { ...css, target: "/a.png", as: "image" };

test.each<[title: string, links: PreloadLink[], Case, string[]]>([
  ["what the HTML names", [inHtml, js], {}, ["in the HTML", "link"]],
  ["what the HTML names, with a 304", [inHtml, js], { request: { status: 304 } }, ["in the HTML", "link"]],
  ["what the HTML names, under link", [inHtml, js], { limits: { mode: "link" } }, ["in the HTML", "link"]],
  ["what the author's own field names, too", [{ ...inHtml, inField: true }], {}, ["link"]],
  ["images but the first of those that no HTML names", [image, { ...image }], {}, ["link", "not painted first"]],
  [
    "learned images but the first",
    [
      { ...image, when: "paint", by: "traffic" },
      { ...image, when: "paint", by: "traffic" },
    ],
    {},
    ["link", "not painted first"],
  ],
  ["no images that are known to be painted first", [image, { ...image, when: "paint" }], {}, ["link", "link"]],
  ["what no browser takes", [{ ...frame, named: true }], {}, ["push off"]],
])("Link leaves to the browser %s", (_title, links, given, becomes) => {
  expect(decide({ ...given, links, peer: noPush })).toEqual(becomes);
});

test.each(["auto", "link"] as const)("with --announce all, %s links what the HTML names, and every image", (mode) => {
  const links = [inHtml, js, image, { ...image }];
  expect(decide({ links, peer: noPush, limits: { mode, announce: "all" } })).toEqual(links.map(() => "link"));
});

test("pushes take what the HTML names, too; what is over their budget is linked by the same rule", () => {
  const links = [inHtml, { ...inHtml }, js, { ...js }];
  expect(decide({ links, limits: { pushCount: 1 } })).toEqual(["push", "in the HTML", "link", "link"]);
  expect(decide({ links: [image, { ...image, named: true }] })).toEqual(["push", "push"]);
});

test("nothing is announced to a page in a frame but what its author names", () => {
  const given = { request: { framed: true }, peer: noPush };
  expect(decide({ ...given, links: [js, inHtml, { ...js, inField: true }] })).toEqual([
    "in a frame",
    "in a frame",
    "link",
  ]);
});

test("a 103 names what blocks rendering, too", () => {
  const deferred: PreloadLink = { ...js, named: true };
  const given = { request: navigation, limits: { mode: "hints" as const } };
  expect(decide({ ...given, links: [inHtml, deferred, js] })).toEqual(["hint", "in the HTML", "hint and link"]);
});

test("beside scripts, only a stylesheet that blocks rendering and that the HTML does not name has a font announced", () => {
  const link = (target: string, more: Partial<PreloadLink>): PreloadLink => ({
    target,
    rel: "preload",
    as: "style",
    bytes: 1,
    ...more,
  });
  const font = link("/f.woff2", { as: "font" });
  const script = link("/a.js", { as: "script", named: true });
  const isLeft = (...others: PreloadLink[]) => leftToBrowser([...others, font], "unseen").has(font);
  expect(isLeft()).toBe(false);
  expect(isLeft(script)).toBe(true);
  expect(isLeft(script, link("/named.css", { named: true, blocking: true }))).toBe(true);
  expect(isLeft(script, link("/chunk.css", { when: "load" }))).toBe(true);
  expect(isLeft(script, link("/narrow.css", { media: "(max-width: 1px)" }))).toBe(true);
  expect(isLeft(script, link("/imported.css", { blocking: true }))).toBe(false);
});
