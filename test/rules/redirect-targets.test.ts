import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ServerOptions } from "../../src/index.js";
import type { Answer } from "../support/h2.js";
import { startServer } from "../support/server.js";
import { askAll, generator, SECRET, surroundedRoot, targets } from "../support/targets.js";

const TARGETS = 10_000;
const MARK = "the rules are nobody's business";

const redirects = `# ${MARK}
/go/*      /:splat                      302!
/re/*      /:splat                      200!
/out/*     https://named.test/:splat    302
/port/*    //named.test:8443/:splat     301
/p/:a/:b   /:b/:a                       301
/m/*.html  /:splat/                     308
/q to=:to  /:to                         302!
/r to=:to  /docs/:to                    200
/f/*       /docs#:splat                 303
/s/*       /search?q=:splat             307
/n/*       /:splat                      404
/any/*     /index.html                  200
`;

const headers = `# ${MARK}
/:first/*
  x-first: :first and :splat
/*.txt
  link: </:splat.css>; rel=preload; as=style
`;

const prefixes = ["", "", "/go", "/re", "/out", "/port", "/p/x", "/m", "/q?to=", "/r?to=", "/f", "/s", "/n", "/any"];

/** Hosts that a response may send a client to: its own, and those that a rule for the target names. */
function mayLeadTo(target: string, own: string): readonly string[] {
  const foreign = /^\/(?:out|port)(?=[/?]|$)/.test(target) ? ["named.test", "named.test:8443"] : [];
  return [own, ...foreign];
}

test.each<[what: string, options: ServerOptions]>([
  ["_redirects", {}],
  ["_redirects and --single", { single: true, list: true }],
])(
  "10,000 request targets through %s give no byte from outside the root, no other host than named, and no 5xx",
  async (_what, options) => {
    const root = await surroundedRoot();
    await writeFile(join(root, "_redirects"), redirects);
    await writeFile(join(root, "_headers"), headers);
    const server = await startServer({ root, ...options });
    const own = `localhost:${server.port}`;
    const below = generator(7);
    const all = [...targets(TARGETS)].map((target) => (prefixes[below(prefixes.length)] ?? "") + target);
    const seen = new Map<number, number>();
    const look = (target: string, { status, body, headers }: Answer) => {
      seen.set(status, (seen.get(status) ?? 0) + 1);
      const text = String(body);
      const { location } = headers;
      const host = location === undefined ? own : new URL(location, `https://${own}/a/b`).host;
      const led = location === undefined || (status >= 300 && status < 400 && mayLeadTo(target, own).includes(host));
      if (status >= 500 || text.includes(SECRET) || text.includes(MARK) || !led) {
        expect([target, status, location, text.slice(0, 200)]).toBe("refused");
      }
    };
    expect(await askAll(server.port, all, look, { accept: "text/html" })).toBeGreaterThan(TARGETS * 0.9);
    // The rules were put to work.
    for (const status of [200, 301, 302, 303, 307, 404])
      expect([status, (seen.get(status) ?? 0) > 20]).toEqual([status, true]);
    expect(server.errors).toEqual([]);
  },
);
