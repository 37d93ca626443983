import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ServerOptions } from "../../src/index.js";
import { connect } from "../support/h2.js";
import { ask, navigate, noPush, type Request } from "../support/loads.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";
import { randomFrom } from "../bench/paired.js";

const CLIENTS = 50;
const NAVIGATIONS = 1000;
const PAGES = 10;

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);

const files = {
  _headers: `/mine/*\n  Cache-Control: private\n/cookies/*\n  Vary: accept-encoding, cookie\n`,
  "app.js": "1",
  "data.json": "{}",
  "plugin.js": "1",
  ...Object.fromEntries(
    numbers(PAGES).flatMap((page) => [
      [`page-${page}.html`, `<script type="module" src="/app.js"></script>`],
      [`chunk-${page}.js`, "export {}"],
    ]),
  ),
  ...Object.fromEntries(
    numbers(CLIENTS).flatMap((client) => [
      [`mine/client-${client}.json`, "{}"],
      [`mine/client-${client}.js`, "1"],
      [`cookies/client-${client}.json`, "{}"],
    ]),
  ),
};

/** Answers that are one client's own: by their fields, and what has no word on it. */
const own: Readonly<Record<string, Record<string, string>>> = {
  "/api/private/": { "cache-control": "private, max-age=60" },
  "/api/no-store/": { "cache-control": "no-store" },
  "/api/sets/": { "cache-control": "public, max-age=60", "set-cookie": "session=1" },
  "/api/varies/": { "cache-control": "public, max-age=60", vary: "Cookie" },
  "/api/session/": {},
};

const routes: ServerOptions["routes"] = [
  (request) => {
    const { pathname } = new URL(request.url);
    const headers = Object.entries(own).find(([start]) => pathname.startsWith(start))?.[1];
    return headers && new Response(JSON.stringify({ cookie: request.headers.get("cookie") }), { headers });
  },
];

/** What a client asks for on a page: what all of them do, and its own. */
function requests(page: string, client: number): readonly Request[] {
  const number = /\d+/.exec(page)?.[0] ?? "";
  const mine = [
    ...Object.keys(own).map((start) => `${start}client-${client}`),
    `/mine/client-${client}.json`,
    `/cookies/client-${client}.json`,
    // The file is everybody's; that somebody asks for it with this is not.
    `/data.json?token=client-${client}`,
  ];
  return [
    ["/app.js", "script", "cors", page],
    [`/chunk-${number}.js`, "script", "cors", page],
    [`/mine/client-${client}.js`, "script", "no-cors", page],
    [`/plugin.js?token=client-${client}`, "script", "no-cors", page],
    ...mine.map((target): Request => [target, "empty", "cors", page]),
  ];
}

test("of 50 clients with cookies of their own, nothing goes from one's answers to another's page", async () => {
  const root = await writeSite(files);
  const learnFile = join(root, "learned.json");
  const server = await startServer({ root, routes, learnFile, announce: "all" });
  const random = randomFrom(3);
  const links: { page: string; targets: readonly string[] }[] = [];
  const browse = async (number: number) => {
    const client = await connect(server.port, noPush);
    const cookie = { cookie: `session=client-${number}`, "user-agent": "browser" };
    for (let load = 0; load < NAVIGATIONS / CLIENTS; load++) {
      const page = `/page-${Math.floor(random() * PAGES)}.html`;
      links.push({ page, targets: await navigate(client, page, cookie) });
      const asked = requests(page, number).map(([target, destination, mode, referer]): Request => [
        target,
        destination,
        mode,
        referer,
        cookie,
      ]);
      await ask(client, server, asked);
    }
    client.session.close();
  };
  await Promise.all(numbers(CLIENTS).map(browse));
  await server.close(0);

  expect(links).toHaveLength(NAVIGATIONS);
  const shared = (page: string) => ["/app.js", page.replace("page", "chunk").replace("html", "js")];
  const foreign = links.filter(({ page, targets }) => targets.some((target) => !shared(page).includes(target)));
  expect(foreign).toEqual([]);
  // Most have got what others had asked for.
  const taught = links.filter(({ page, targets }) => targets.join() === shared(page).join());
  expect(taught.length).toBeGreaterThan(NAVIGATIONS / 2);
  const written = await readFile(learnFile, "utf8");
  expect(written).not.toContain("client-");
  const pages = numbers(PAGES).map((page) => [`/page-${page}.html`, { entries: [{ target: `/chunk-${page}.js` }] }]);
  expect(JSON.parse(written)).toMatchObject({ learned: Object.fromEntries(pages) });
});
