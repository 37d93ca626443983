import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { createServer, type PemPair, type Route, type ServerOptions } from "../../../src/index.js";
import type { Probe, Probes } from "../probes/probe.js";

/** How a site is served: options of the server. */
export type Means = readonly [name: string, options: ServerOptions];

/** All probes, served by one means to one browser. */
export interface ProbeServer {
  readonly means: string;
  /** The folder that the probes are in. */
  readonly root: string;
  readonly origin: string;
  /** Request targets that it was asked for, below the folder of a probe, from the beginning. */
  readonly asked: (probe: string) => readonly string[];
  /** Puts the files of a probe there, as they are at first or as they are changed. */
  readonly write: (probe: string, files: Probe["files"]) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function serveProbes(probes: Probes, [means, options]: Means, certificate: PemPair): Promise<ProbeServer> {
  const root = await writeProbes(probes);
  const targets: string[] = [];
  const server = createServer({
    root,
    port: 0,
    certificate,
    trusted: true,
    routes: [slowPages(probes)],
    onError: () => undefined,
    onRequest: ({ target }) => targets.push(target),
    ...options,
  });
  const { port } = await server.listen();
  return {
    means,
    root,
    origin: `https://localhost:${port}`,
    asked: (name) => targets.filter((target) => target.startsWith(`/${name}/`)),
    async write(name, files) {
      await writeFiles(join(root, name), files);
      server.invalidate();
    },
    async close() {
      await server.close(0);
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** A page that takes 20 ms and more is hinted while it is made. */
const SLOW = 100;

function slowPages(probes: Probes): Route {
  return async ({ url }) => {
    const name = /^\/([^/]+)\/$/.exec(new URL(url).pathname)?.[1] ?? "";
    const { slow: link, files } = probes[name] ?? {};
    const html = files?.["index.html"];
    if (link === undefined || typeof html !== "string") return undefined;
    await after(SLOW);
    return new Response(html, { headers: { "content-type": "text/html", link } });
  };
}

/** Writes each probe into a folder of its name; returns the folder that they are in. */
export async function writeProbes(probes: Probes): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "h2push-sweep-"));
  for (const [name, { files }] of Object.entries(probes)) await writeFiles(join(root, name), files);
  await writeFiles(root, { _headers: headersOf(probes), _redirects: redirectsOf(probes) });
  return root;
}

async function writeFiles(folder: string, files: Probe["files"]): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

function headersOf(probes: Probes): string {
  return Object.entries(probes)
    .flatMap(([name, { headers = {} }]) =>
      Object.entries(headers).map(
        ([path, fields]) => `/${name}/${path}\n${fields.map((field) => `  ${field}`).join("\n")}\n`,
      ),
    )
    .join("");
}

function redirectsOf(probes: Probes): string {
  return Object.entries(probes)
    .flatMap(([name, { redirects = [] }]) => redirects.map((line) => inFolder(name, line.split(" "))))
    .join("");
}

const inFolder = (name: string, [from, to, status]: readonly string[]) => `/${name}/${from} /${name}/${to} ${status}\n`;
