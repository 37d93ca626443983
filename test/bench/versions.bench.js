// A file rewritten 1,000 times under 50 readers, by renaming and in its place: every response is whole and of one
// version, or reset, or 503 while the file is being written. Anything else is counted as a fault.
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { connect } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { createCertificate, createServer } from "../../dist/index.js";

const REWRITES = 1000;
const READERS = 50;

const version = (n, size) => Buffer.from(`version ${String(n).padStart(6, "0")}\n`.repeat(Math.ceil(size / 15)));

/** "whole", "reset", "503" or what is wrong. */
function get(session, size) {
  return new Promise((resolve) => {
    const stream = session.request({ ":path": "/a.txt" });
    let status;
    let body = "";
    stream.setEncoding("latin1");
    stream.on("response", (fields) => (status = fields[":status"]));
    stream.on("data", (text) => (body += text));
    stream.on("error", () => resolve("reset"));
    stream.on("end", () => {
      if (status !== 200) resolve(String(status));
      else if (new Set(body.trimEnd().split("\n")).size !== 1) resolve("mixed");
      else resolve(body.length === version(0, size).length ? "whole" : "cut");
    });
  });
}

async function measure(certificate, size, renames, pause) {
  const directory = await mkdtemp(join(tmpdir(), "h2push-bench-"));
  const server = createServer({ root: directory, port: 0, certificate });
  try {
    await writeFile(join(directory, "a.txt"), version(0, size));
    const { port } = await server.listen();
    const counts = new Map();
    const done = new AbortController();
    const readers = Array.from({ length: READERS }, async () => {
      const session = connect(`https://localhost:${port}`, { rejectUnauthorized: false });
      while (!done.signal.aborted) {
        const outcome = await get(session, size);
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      }
      session.destroy();
    });
    for (let n = 1; n <= REWRITES; n++) {
      const file = join(directory, renames ? "next.txt" : "a.txt");
      await writeFile(file, version(n, size));
      if (renames) await rename(file, join(directory, "a.txt"));
      if (pause > 0) await after(pause);
    }
    await after(300);
    done.abort();
    await Promise.all(readers);
    const faults = (counts.get("mixed") ?? 0) + (counts.get("cut") ?? 0);
    const told = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
    const how = `${renames ? "renamed" : "in its place"}, ${size} bytes, ${pause} ms between`;
    console.log(`${how.padEnd(44)} ${told}: ${faults === 0 ? "kept" : "MISSED"}`);
  } finally {
    await server.close(0);
    await rm(directory, { recursive: true, force: true });
  }
}

export async function bench() {
  const certificate = await createCertificate();
  console.log(`${REWRITES} rewrites under ${READERS} readers`);
  for (const pause of [0, 5]) {
    for (const renames of [true, false]) {
      for (const size of [3000, 400_000]) await measure(certificate, size, renames, pause);
    }
  }
}
