import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createServer, type PemPair, type ServerOptions } from "../../../src/index.js";
import type { Probes } from "../probes/probe.js";
import { programFile } from "../cli.js";
import { type PeerName, startPeer } from "../peer-servers.js";
import { type ProbeServer, serveProbes } from "./sites.js";

const run = promisify(execFile);

/** Files are fresh for a while, as other servers send them: what is stale Firefox fetches twice, whoever announces it. */
export const FRESH: ServerOptions = { delivery: "none", cache: 60 };

/** All probes behind a server of others that was given their list; what it asks for is counted behind it. */
export async function serveBehind(probes: Probes, name: PeerName, certificate: PemPair): Promise<ProbeServer> {
  const upstream = await serveProbes(probes, [name, FRESH], certificate);
  const exported = await mkdtemp(join(tmpdir(), "h2push-export-"));
  await run(process.execPath, [programFile, "export", upstream.root, "--to", name, "--out", `${exported}/`]);
  const { port } = new URL(upstream.origin);
  const peer = await startPeer(name, { exported, root: undefined, upstream: Number(port), certificate });
  return {
    ...upstream,
    origin: `https://localhost:${peer.port}`,
    close: async () => {
      await peer.stop();
      await upstream.close();
      await rm(exported, { recursive: true, force: true });
    },
  };
}

/** A copy of all probes with announcements in their pages, served with none. */
export async function serveInjected(probes: Probes, certificate: PemPair): Promise<ProbeServer> {
  const { root, close } = await serveProbes(probes, ["as they are", FRESH], certificate);
  const copy = await mkdtemp(join(tmpdir(), "h2push-injected-"));
  await run(process.execPath, [programFile, "export", root, "--inject", copy]);
  await close();
  const targets: string[] = [];
  const server = createServer({
    root: copy,
    port: 0,
    certificate,
    trusted: true,
    ...FRESH,
    onError: () => undefined,
    onRequest: ({ target }) => targets.push(target),
  });
  const { port } = await server.listen();
  return {
    means: "injected",
    root: copy,
    origin: `https://localhost:${port}`,
    asked: (name) => targets.filter((target) => target.startsWith(`/${name}/`)),
    write: () => Promise.reject(new Error("a copy does not change")),
    close: async () => {
      await server.close(0);
      await rm(copy, { recursive: true, force: true });
    },
  };
}
