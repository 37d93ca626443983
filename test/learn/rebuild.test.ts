import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ServerOptions } from "../../src/index.js";
import { connect, type H2Client } from "../support/h2.js";
import { noPush, ask, navigate, type Request } from "../support/loads.js";
import { startServer } from "../support/server.js";
import { writeSite } from "../support/site.js";

/** What a bundler writes, with the hash of the build in the names. */
const build = (hash: string) => ({
  "index.html": `<!doctype html><title>${hash}</title><link rel="stylesheet" href="/app-${hash}.css"><script type="module" src="/app-${hash}.js"></script>`,
  "about.html": `<!doctype html><title>${hash}</title><script type="module" src="/app-${hash}.js"></script>`,
  [`app-${hash}.css`]: "body { color: red }",
  [`app-${hash}.js`]: `import(["/chunk", "${hash}.js"].join("-"))`,
  [`chunk-${hash}.js`]: "export {}",
});

const requests = (hash: string, page: string): readonly Request[] => [
  [`/app-${hash}.css`, "style", "no-cors", page],
  [`/app-${hash}.js`, "script", "cors", page],
  [`/chunk-${hash}.js`, "script", "cors", `/app-${hash}.js`],
];

/** Asks until the new page comes; returns the targets of that very response's `Link` field. */
async function firstOfNew(client: H2Client, page: string, hash: string): Promise<string> {
  let link = "";
  const look = async () => {
    const { headers, body } = await client.request(page, {
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
    });
    link = String(headers.link ?? "");
    return body.toString();
  };
  await expect.poll(look, { timeout: 5000 }).toContain(`<title>${hash}</title>`);
  return link;
}

test.each([
  ["with a watcher, where the old files stay", {}, false],
  ["with a watcher, where the old files go", {}, true],
  ["without a watcher, where the old files stay", { watch: false }, false],
  ["without a watcher, where the old files go", { watch: false }, true],
] satisfies [string, ServerOptions, boolean][])(
  "after a rebuild under a running server, %s, nothing old goes with the first load of the new page",
  async (_, options, removes) => {
    const root = await writeSite(build("old"));
    const server = await startServer({ root, announce: "all", ...options });
    // On one connection, what a script of both pages asks for would belong to neither.
    const clients = { "/": await connect(server.port, noPush), "/about.html": await connect(server.port, noPush) };
    for (const [page, client] of Object.entries(clients)) {
      await navigate(client, page);
      await ask(client, server, requests("old", page));
      expect(await navigate(client, page)).toContain("/chunk-old.js");
      // A load is under way while the files change.
      await ask(client, server, requests("old", page));
    }
    const files = Object.entries(build("new"));
    for (const [file, content] of files.toReversed()) await writeFile(join(root, file), content);
    const old = Object.keys(build("old")).filter((file) => file.includes("-old."));
    if (removes) for (const file of old) await rm(join(root, file));
    for (const [page, client] of Object.entries(clients)) {
      const link = await firstOfNew(client, page, "new");
      expect(link).not.toContain("old");
      expect(link).toContain("/app-new.js");
      await ask(client, server, requests("new", page));
      const next = await navigate(client, page);
      expect(next).toContain("/chunk-new.js");
      expect(next.join()).not.toContain("old");
    }
    expect(server.errors).toEqual([]);
  },
);
