import { expect, test } from "vitest";
import type { Route } from "../../src/index.js";
import { PageLoad } from "../../src/learn/page-load.js";
import { connect, type H2Client } from "../support/h2.js";
import { ask, navigate, noPush, type Request } from "../support/loads.js";
import { startServer, type TestServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

const files = {
  "index.html": `<script type="module" src="/app.js"></script>`,
  "app.js": "1",
  "chunk.js": "export {}",
  "data.json": "{}",
  ...Object.fromEntries(Array.from({ length: 600 }, (_, number) => [`other/${number}.js`, "1"])),
};

const honest: readonly Request[] = [
  ["/app.js", "script", "cors", "/"],
  ["/chunk.js", "script", "cors", "/app.js"],
];

const other = (number: number | string): Request => [`/other/${number}.js`, "script", "no-cors", "/"];

const start = () => ({
  client: { connection: 1, name: "attacker", kind: "attacker" },
  page: "/",
  version: "1",
  rules: 0,
  needs: { entries: [], mayHaveImportMap: false, reasons: new Map(), missing: [], ignored: [] },
  withoutLearned: true,
  withheld: new Set<string>(),
  isFirst: true,
  announced: () => undefined,
});

/** One load of the page by a client of its own; returns what was announced for it. */
async function load(server: TestServer, requests: readonly Request[], name = "browser"): Promise<string[]> {
  const client = await connect(server.port, noPush);
  const announced = await navigate(client, "/", { "user-agent": name });
  await ask(client, server, requests);
  await end(client);
  return announced;
}

/** A load is complete when its page is asked for again on its connection; HEAD begins no other. */
async function end(client: H2Client): Promise<void> {
  await navigate(client, "/", { ":method": "HEAD" });
  client.session.close();
}

/** Loads by honest clients until what is announced is right, and how many that took. */
async function loadsUntil(server: TestServer, isRight: (announced: readonly string[]) => boolean): Promise<number> {
  for (let number = 1; number <= 25; number++) if (isRight(await load(server, honest))) return number;
  return Infinity;
}

const isClean = (announced: readonly string[]) => announced.join() === "/chunk.js";

test.each(["constructor", "__proto__", "toString", "x".repeat(40), "<script>"])(
  "a client that asks for %j has it neither learned nor announced",
  async (destination) => {
    const server = await serve();
    await load(server, [["/chunk.js", destination, "no-cors", "/"]]);
    expect(await load(server, [])).toEqual([]);
  },
);

async function serve(): Promise<TestServer> {
  return startServer({ root: await writeSite(files) });
}

test("600 targets with the page as a forged referer are gone within 20 loads, and what the page needs is announced", async () => {
  const server = await serve();
  const forged = Array.from({ length: 600 }, (_, number) => other(number));
  await load(server, forged, "attacker");
  const poisoned = await load(server, honest);
  expect(poisoned.length).toBeGreaterThan(50);
  expect(await loadsUntil(server, isClean)).toBeLessThan(20);
});

test("a forged referer on another connection of the same address adds nothing to a load of another kind of client", async () => {
  const server = await serve();
  const [victim, attacker] = [await connect(server.port, noPush), await connect(server.port, noPush)];
  await navigate(victim, "/", { "user-agent": "browser" });
  await ask(attacker, server, [other(1)]);
  await ask(victim, server, honest);
  await end(victim);
  expect(await load(server, honest)).toEqual(["/chunk.js"]);
});

test("of ten thousand targets in one load, 500 are looked at, and no more may be a referer", () => {
  const load = new PageLoad(start());
  const targets = Array.from({ length: 10_000 }, (_, number) => `/other/1.js?${number}`);
  const asked = { destination: "script", mode: "no-cors", byDocument: true, isOpen: true };
  for (const target of targets) load.add({ target, ...asked });
  expect(load.sightings.size).toBe(500);
  expect(targets.filter((target) => load.includes(target))).toHaveLength(500);
});

test("targets with queries fill no more than the page's list, and are gone within 20 loads", async () => {
  const server = await serve();
  const queries = Array.from({ length: 190 }, (_, number) => other(`1.js?${number}`));
  for (let time = 0; time < 3; time++) await load(server, queries, "attacker");
  expect((await load(server, honest)).length).toBeGreaterThan(50);
  expect(await loadsUntil(server, isClean)).toBeLessThan(20);
});

test("a target of more than 1,024 characters is not looked at", async () => {
  const server = await serve();
  for (let time = 0; time < 2; time++) await load(server, [...honest, other(`1.js?${"x".repeat(1100)}`)], `${time}`);
  expect(await load(server, honest)).toEqual(["/chunk.js"]);
});

test.each([
  "/app.js?>;rel=x,<//evil.example/e.css>;rel=stylesheet,<y",
  "/app.js?<",
  '/app.js?"',
  "//evil.example/x.js",
  "/\\evil.example/x.js",
])("%s, which no browser asks for in this form, is not learned", async (target) => {
  const fields = { "content-type": "text/javascript", "cache-control": "public, max-age=60" };
  const anywhere: Route = ({ url }) =>
    new URL(url).pathname.startsWith("//") ? new Response("1", { headers: fields }) : undefined;
  const server = await startServer({ root: await writeSite(files), routes: [anywhere] });
  const forged: Request = [target, "script", "no-cors", "/"];
  for (let time = 0; time < 3; time++) await load(server, [...honest, forged], `${time}`);
  expect(await load(server, honest)).toEqual(["/chunk.js"]);
});

/** Asks twice for what is announced, and once for what is not, as if the announcement were wrong. */
async function forgeDoubles(server: TestServer): Promise<void> {
  for (let time = 0; time < 8; time++) {
    const client = await connect(server.port, noPush);
    const announced = await navigate(client, "/", { "user-agent": "attacker" });
    const chunk = announced.includes("/chunk.js") ? honest.slice(1) : [];
    await ask(client, server, [...honest, ...chunk]);
    await end(client);
  }
}

test("forged double requests switch an announcement off, for less than 20 loads, again and again too", async () => {
  const server = await serve();
  await load(server, honest);
  expect(await load(server, honest)).toEqual(["/chunk.js"]);
  for (let attack = 0; attack < 3; attack++) {
    await forgeDoubles(server);
    expect(await load(server, honest)).toEqual([]);
    expect(await loadsUntil(server, isClean)).toBeLessThan(20);
  }
});

test("a client that asks for nothing but what the page names in each tenth load has a target forgotten for one load", async () => {
  const server = await serve();
  for (let number = 1; number < 10; number++) await load(server, honest);
  await load(server, honest.slice(0, 1), "attacker");
  await load(server, honest);
  expect(await load(server, honest)).toEqual(["/chunk.js"]);
});
