import { readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Agent } from "node:https";
import { expect, test } from "vitest";
import type { ServerOptions } from "../../../src/index.js";
import { http1, keepAlive } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import { ask, navigate, noPush, type Request } from "../../support/loads.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const files = {
  "index.html": `<link rel="stylesheet" href="/site.css"><script type="module" src="/app.js"></script>`,
  "about.html": `<link rel="stylesheet" href="/site.css">`,
  "site.css": "body { color: red }",
  "app.js": `import(["/chunk", ".js"].join("")); fetch("/data" + ".json")`,
  "chunk.js": "export default 1;",
  "data.json": "{}",
  "classic.js": "1",
  "photo.jpg": "photo",
};

const chunk: Request = ["/chunk.js", "script", "cors", "/app.js"];
const data: Request = ["/data.json", "empty", "cors", "/"];
const usual: readonly Request[] = [
  ["/site.css", "style", "no-cors", "/"],
  ["/app.js", "script", "cors", "/"],
];

async function serve(options: ServerOptions = {}, site: Readonly<Record<string, string>> = files) {
  const root = await writeSite(site);
  const server = await startServer({ root, ...options });
  return { root, server, client: await connect(server.port, noPush) };
}

/** The `Link` targets of the load that follows on a load with these requests, on the same connection. */
async function afterLoad(requests: readonly Request[], options: ServerOptions = {}, site = files) {
  const { server, client } = await serve({ announce: "all", ...options }, site);
  await navigate(client);
  await ask(client, server, [...usual, ...requests]);
  return navigate(client);
}

test("what a load has asked for goes with the next one, in the order of need and in its form", async () => {
  const { server, client } = await serve();
  expect(await navigate(client)).toEqual([]);
  await ask(client, server, [...usual, chunk, data]);
  const { headers } = await client.request("/", { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" });
  expect(headers.link).toBe(
    "</chunk.js>; rel=modulepreload; as=script, </data.json>; rel=preload; as=fetch; crossorigin=anonymous",
  );
  const { delivery } = await server.record(
    ({ target, delivery }) => target === "/" && delivery?.targets.some(({ by }) => by !== undefined) === true,
  );
  expect(delivery?.targets.filter(({ by }) => by === "traffic").map(({ target }) => target)).toEqual([
    "/chunk.js",
    "/data.json",
  ]);
});

test("on a page that shows something by itself, it is announced where all is", async () => {
  const shown = { ...files, "index.html": `${files["index.html"]}<p>text` };
  const learned = async (announce: "all" | "unseen") => {
    const { server, client } = await serve({ announce }, shown);
    await navigate(client);
    await ask(client, server, [...usual, chunk, data]);
    return navigate(client);
  };
  expect(await learned("unseen")).toEqual([]);
  expect(await learned("all")).toEqual(["/site.css", "/app.js", "/chunk.js", "/data.json"]);
});

test("another client, on a connection of its own, gets it as soon as the first one has gone", async () => {
  const { server, client } = await serve();
  await navigate(client);
  await ask(client, server, [...usual, chunk]);
  await navigate(client);
  expect(await navigate(await connect(server.port, noPush))).toEqual(["/chunk.js"]);
});

test("what the first pages that are asked for at the same time have asked for is all learned", async () => {
  const { server, client } = await serve({ announce: "all" });
  const other = await connect(server.port, noPush);
  await Promise.all([navigate(client), navigate(other, "/about.html")]);
  await ask(client, server, [...usual, chunk]);
  await ask(other, server, [["/classic.js", "script", "no-cors", "/about.html"]]);
  expect(await navigate(client)).toEqual(["/site.css", "/app.js", "/chunk.js"]);
  expect(await navigate(other, "/about.html")).toEqual(["/site.css", "/classic.js"]);
});

test.each([
  ["a prefetch", [["/classic.js", "script", "no-cors", "/", { "sec-purpose": "prefetch" }]]],
  ["a request with fields of its own", [["/data.json", "empty", "cors", "/", { rsc: "1" }]]],
  ["fetch() of another page", [["/about.html", "empty", "cors", "/"]]],
  ["what is not there", [["/gone.js", "script", "no-cors", "/"]]],
  ["a request of another page", [["/classic.js", "script", "no-cors", "/about.html"]]],
  ["a request that names no page", [["/classic.js", "script", "no-cors", ""]]],
  ["a range", [["/photo.jpg", "video", "no-cors", "/", { range: "bytes=0-1" }]]],
] satisfies [string, Request[]][])("%s is no part of the page", async (_, requests) => {
  expect(await afterLoad(requests)).toEqual(["/site.css", "/app.js"]);
});

test("what a stylesheet or a module asks for belongs to the page that needs it", async () => {
  expect(await afterLoad([["/photo.jpg", "image", "no-cors", "/site.css"], chunk])).toEqual([
    "/site.css",
    "/app.js",
    "/chunk.js",
    "/photo.jpg",
  ]);
});

test("where two open loads fit, a request belongs to neither", async () => {
  const { server, client } = await serve({ announce: "all" });
  await navigate(client);
  await navigate(client, "/about.html");
  await ask(client, server, [["/photo.jpg", "image", "no-cors", "/site.css"]]);
  expect(await navigate(client)).not.toContain("/photo.jpg");
  expect(await navigate(client, "/about.html")).not.toContain("/photo.jpg");
});

test.each([
  ["Cache-Control: private", "/data.json\n  Cache-Control: private"],
  ["Set-Cookie", "/data.json\n  Set-Cookie: a=b"],
  ["Vary: cookie", "/data.json\n  Vary: cookie"],
])("an answer with %s becomes no announcement for others", async (_, rules) => {
  expect(await afterLoad([data], {}, { ...files, _headers: rules } as typeof files)).not.toContain("/data.json");
});

test("a route's answer is taken where a shared cache may store it", async () => {
  const routes: ServerOptions["routes"] = [
    (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/api/open") return new Response("{}", { headers: { "cache-control": "public, max-age=60" } });
      return pathname === "/api/mine" ? new Response("{}") : undefined;
    },
  ];
  const requests: Request[] = [
    ["/api/open", "empty", "cors", "/"],
    ["/api/mine", "empty", "cors", "/"],
  ];
  expect(await afterLoad(requests, { routes })).toEqual(["/site.css", "/app.js", "/api/open"]);
});

test.each([
  ["the page", "index.html", `<link rel="stylesheet" href="/site.css">`, ["/site.css"]],
  ["a script that asked", "app.js", "1", ["/site.css", "/app.js"]],
])("after a change of %s nothing of it is left", async (_, file, content, expected) => {
  const { root, server, client } = await serve({ announce: "all" });
  await navigate(client);
  await ask(client, server, [...usual, chunk]);
  expect(await navigate(client)).toContain("/chunk.js");
  await writeFile(join(root, file), content);
  await utimes(join(root, file), 1000, 1000);
  server.invalidate();
  await expect.poll(() => navigate(client)).toEqual(expected);
});

test("what is gone is announced no more, and the rest is", async () => {
  const { root, server, client } = await serve();
  await navigate(client);
  await ask(client, server, [...usual, chunk, data]);
  expect(await navigate(client)).toEqual(["/chunk.js", "/data.json"]);
  await rm(join(root, "data.json"));
  server.invalidate();
  await expect.poll(() => navigate(client)).toEqual(["/chunk.js"]);
});

test("each tenth load goes without, and what is not asked for then is forgotten", async () => {
  const { server, client } = await serve();
  const seen: string[][] = [];
  for (let load = 1; load <= 12; load++) {
    seen.push(await navigate(client));
    await ask(client, server, load === 1 ? [...usual, chunk, data] : [...usual, chunk]);
  }
  expect(seen[8]).toEqual(["/chunk.js", "/data.json"]);
  expect(seen[9]).toEqual([]);
  expect(seen[10]).toEqual(["/chunk.js"]);
});

test("an image in whose place others ask for another one does not come back", async () => {
  const images = { "a-800.jpg": "800", "a-1600.jpg": "1600", "logo.png": "logo" };
  const { server, client } = await serve({ announce: "all" }, { ...files, ...images });
  const image = (name: string): Request => [`/${name}`, "image", "no-cors", "/"];
  const seen: string[][] = [];
  for (let load = 1; load <= 23; load++) {
    seen.push((await navigate(client)).filter((target) => /jpg|png/.test(target)));
    // Those that go without what was learned are by clients with a denser screen.
    await ask(client, server, [...usual, image("logo.png"), image(load % 10 === 0 ? "a-1600.jpg" : "a-800.jpg")]);
  }
  expect(seen[1]).toEqual(["/logo.png", "/a-800.jpg"]);
  expect(seen[9]).toEqual([]);
  for (const later of seen.slice(11, 19)) expect(later).toEqual(["/logo.png", "/a-1600.jpg"]);
});

test("what visitors choose, each for himself, is announced to nobody after some loads; what all need stays", async () => {
  const site = {
    ...files,
    "messages.en.js": "export {}",
    "messages.fr.js": "export {}",
    "messages.de.js": "export {}",
  };
  const { server, client } = await serve({}, site);
  let wasted = 0;
  let given = 0;
  for (let load = 1; load <= 60; load++) {
    const own = `/messages.${["en", "fr", "en", "de"][load % 4]}.js`;
    const announced = await navigate(client);
    wasted += announced.filter((target) => target.startsWith("/messages") && target !== own).length;
    if (announced.includes("/chunk.js")) given++;
    await ask(client, server, [...usual, chunk, [own, "script", "cors", "/app.js"]]);
  }
  expect(wasted).toBeLessThan(10);
  expect(given).toBeGreaterThan(45);
});

test("what all need goes with almost each load where each visitor asks for data of his own", async () => {
  const data = Object.fromEntries(Array.from({ length: 100 }, (_, load) => [`data/${load}.json`, "{}"]));
  const { server, client } = await serve({}, { ...files, ...data });
  let given = 0;
  for (let load = 0; load < 100; load++) {
    if ((await navigate(client)).includes("/chunk.js")) given++;
    await ask(client, server, [...usual, chunk, [`/data/${load}.json`, "empty", "cors", "/"]]);
  }
  expect(given).toBeGreaterThan(75);
});

test("after a load that broke off, one visitor alone, with a cookie, has all that was learned again", async () => {
  const chunks = Array.from({ length: 6 }, (_, number) => `chunk${number}.js`);
  const { server, client } = await serve({}, { ...files, ...Object.fromEntries(chunks.map((name) => [name, "1"])) });
  const all = chunks.map((name): Request => [`/${name}`, "script", "cors", "/app.js", { cookie: "session=1" }]);
  let last: string[] = [];
  for (let load = 1; load <= 14; load++) {
    last = await navigate(client);
    await ask(client, server, load === 10 ? usual : [...usual, ...all]);
  }
  expect(last).toEqual(chunks.map((name) => `/${name}`));
});

test("what one of twenty visitors does without goes with most loads", async () => {
  const { server, client } = await serve();
  let given = 0;
  for (let load = 1; load <= 200; load++) {
    if ((await navigate(client)).includes("/chunk.js")) given++;
    // Each second load that goes without what was learned is that of a visitor who needs less.
    await ask(client, server, load % 20 === 0 ? usual : [...usual, chunk]);
  }
  expect(given).toBeGreaterThan(120);
});

test("one client can't fill a page's list: 300 targets leave 200", async () => {
  const many = Object.fromEntries(Array.from({ length: 300 }, (_, number) => [`many/${number}.js`, "1"]));
  const { server, client } = await serve({ announce: "all" }, { ...files, ...many });
  await navigate(client);
  await ask(client, server, [
    ...usual,
    ...Object.keys(many).map((file): Request => [`/${file}`, "script", "no-cors", "/"]),
  ]);
  await navigate(client);
  const { delivery } = await server.record(
    ({ target, delivery }) => target === "/" && (delivery?.targets.length ?? 0) > 2,
  );
  expect(delivery?.targets.filter(({ by }) => by === "traffic")).toHaveLength(200);
});

test("a target with a query is taken when a second load has asked for the same", async () => {
  const { server, client } = await serve();
  const seen: string[][] = [];
  for (let load = 1; load <= 3; load++) {
    seen.push(await navigate(client));
    const fixed: Request = ["/chunk.js?v=1", "script", "cors", "/app.js"];
    await ask(client, server, [...usual, fixed, [`/data.json?${load}`, "empty", "cors", "/"]]);
  }
  seen.push(await navigate(client));
  expect(seen).toEqual([[], [], ["/chunk.js?v=1"], ["/chunk.js?v=1"]]);
});

test.each([
  ["a cookie", "/data.json?v=1", { cookie: "a=1" }],
  ["a query that may be a token", "/data.json?token=0123456789", {}],
])("with %s, the second load has to be another client's", async (_, target, more) => {
  const { server } = await serve();
  const seen: string[][] = [];
  for (const name of ["one", "one", "two", "one"]) {
    const client = await connect(server.port, noPush);
    const fields = { ...more, "user-agent": name };
    seen.push(await navigate(client, "/", fields));
    await ask(client, server, [...usual, [target, "empty", "cors", "/", fields]]);
    // The load before is complete with this one.
    await navigate(client, "/", fields);
  }
  expect(seen).toEqual([[], [], [], [target]]);
});

test("what a phone has asked for goes with the page for phones, and not for others", async () => {
  const { server } = await serve();
  const seen: string[][] = [];
  const loads = [
    ["Mobile Safari", chunk],
    ["Safari", data],
  ] as const;
  for (const [agent, [target, ...how]] of [...loads, ...loads]) {
    const client = await connect(server.port, noPush);
    const fields = { "user-agent": agent };
    seen.push(await navigate(client, "/", fields));
    const [destination, mode, referer] = how;
    await ask(client, server, [[target, destination, mode, referer, fields]]);
    // The load before is complete with this one.
    await navigate(client, "/", fields);
  }
  expect(seen).toEqual([[], [], ["/chunk.js"], ["/data.json"]]);
});

test("over HTTP/1.1, a request on another connection of the same client belongs to its page", async () => {
  const { server } = await serve({ announce: "all" });
  const [first, second] = [keepAlive(), keepAlive()];
  const get = (target: string, agent: Agent, fields: Record<string, string>) =>
    http1(server.port, target, { agent, headers: { "user-agent": "one", ...fields } });
  const page = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
  await get("/", first, page);
  const referer = `${server.origin}/app.js`;
  await get("/chunk.js", second, { "sec-fetch-mode": "cors", "sec-fetch-dest": "script", referer });
  expect((await get("/", first, page)).headers["link"]).toContain("</chunk.js>");
});

test("what is fetched twice because it is announced is left to the browser, and the log says so once", async () => {
  const notices: string[] = [];
  const { server } = await serve({ onNotice: (text) => notices.push(text) });
  const seen: string[][] = [];
  for (let load = 1; load <= 4; load++) {
    const client = await connect(server.port, noPush);
    const linked = await navigate(client);
    seen.push(linked);
    await ask(client, server, [...usual, data, ...(linked.includes("/data.json") ? [data] : [])]);
    // The load before is complete now; a reload is no evidence.
    await navigate(client, "/", { "cache-control": "no-cache" });
  }
  expect(seen).toEqual([[], ["/data.json"], ["/data.json"], []]);
  expect(notices).toEqual([
    "/: /data.json is fetched twice when it is announced, and is left to the browser from now on",
  ]);
});

test("nothing is learned from a page that not everybody gets", async () => {
  const { server, client } = await serve({ announce: "all", auth: "me:secret" });
  const authorization = `Basic ${btoa("me:secret")}`;
  await navigate(client, "/", { authorization });
  await ask(client, server, [["/chunk.js", "script", "cors", "/app.js", { authorization }]]);
  expect(await navigate(client, "/", { authorization })).toEqual(["/site.css", "/app.js"]);
});

test("learn: false learns nothing", async () => {
  expect(await afterLoad([chunk], { learn: false })).toEqual(["/site.css", "/app.js"]);
});

test("a file keeps what was learned for the next start, and is not served", async () => {
  const root = await writeSite(files);
  const learnFile = join(root, "learned.json");
  const server = await startServer({ root, learnFile });
  const client = await connect(server.port, noPush);
  await navigate(client);
  await ask(client, server, [...usual, chunk]);
  expect((await client.request("/learned.json")).status).toBe(404);
  await server.close(0);
  expect(JSON.parse(await readFile(learnFile, "utf8"))).toMatchObject({ version: 1 });
  const again = await startServer({ root, learnFile });
  expect(await navigate(await connect(again.port, noPush))).toEqual(["/chunk.js"]);
});

test.each(["[]", "{", `{"version":1,"learned":{"/":{"version":"1","entries":[{"target":"x","as":"y"}],"code":{}}}}`])(
  "a learn file that is none of ours is refused by its name: %s",
  async (text) => {
    const root = await writeSite({ ...files, "learned.json": text });
    const learnFile = join(root, "learned.json");
    await expect(startServer({ root, learnFile })).rejects.toThrow(`not what h2push has learned: ${learnFile}`);
  },
);

test("a learn file in a directory that is not there is refused at the start", async () => {
  const root = await writeSite(files);
  const directory = join(root, "none");
  await expect(startServer({ root, learnFile: join(directory, "learned.json") })).rejects.toThrow(
    `no such directory: ${directory}`,
  );
});
