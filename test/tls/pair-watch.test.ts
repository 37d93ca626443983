import { EventEmitter, once } from "node:events";
import { watch } from "node:fs";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as settled } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { PemPair } from "../../src/tls/issue/certificate.js";
import { readPair } from "../../src/tls/store/pair-files.js";
import { keepCurrent, type LiveCertificate, type FollowOptions } from "../../src/tls/store/pair-watch.js";
import { createCertificate } from "../../src/tls/issue/issue.js";
import { loadStoredPair } from "../../src/tls/store/load-stored-pair.js";
import { emptyDirectory } from "../support/directory.js";

interface Followed {
  readonly live: LiveCertificate;
  /** Resolves with the PEM text of the next certificate that is put into the server. */
  readonly nextSwap: () => Promise<unknown>;
  /** Resolves with the next error that is reported. */
  readonly nextReport: () => Promise<unknown>;
}

function follow(options: Pick<FollowOptions, "first" | "load">): Followed {
  const events = new EventEmitter();
  const live = keepCurrent({
    ...options,
    swap: ({ cert }) => events.emit("swap", cert),
    report: (error) => events.emit("report", error),
  });
  onTestFinished(() => live.close());
  // An error that nobody waits for fails the test.
  events.on("report", (error) => {
    if (events.listenerCount("report") === 1) throw error;
  });
  const next = async (name: string): Promise<unknown> => (await once(events, name))[0];
  return { live, nextSwap: () => next("swap"), nextReport: () => next("report") };
}

/** A server that runs with the pair in `directory`. */
async function followFiles(
  directory: string,
): Promise<Followed & { readonly certFile: string; readonly keyFile: string }> {
  const [certFile, keyFile] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  const load = () => readPair(certFile, keyFile);
  return { certFile, keyFile, ...follow({ first: await load(), load }) };
}

async function writePair(directory: string, pair: PemPair): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "cert.pem"), pair.cert);
  await writeFile(join(directory, "key.pem"), pair.key);
}

test("a renewed pair is put into the server", async () => {
  const directory = await emptyDirectory();
  await writePair(directory, await createCertificate());
  const { live, nextSwap } = await followFiles(directory);
  const renewed = await createCertificate();
  const swap = nextSwap();
  await writePair(directory, renewed);
  expect(await swap).toBe(renewed.cert);
  expect(live.current.cert).toBe(renewed.cert);
});

test("a pair that is half-written is waited for", async () => {
  const directory = await emptyDirectory();
  await writePair(directory, await createCertificate());
  const { live, certFile, keyFile, nextSwap } = await followFiles(directory);
  const renewed = await createCertificate();
  const swap = nextSwap();
  await writeFile(certFile, renewed.cert.slice(0, 100));
  // Begins to look, and finds no pair yet.
  const reload = live.reload();
  await writeFile(certFile, renewed.cert);
  await writeFile(keyFile, renewed.key);
  expect(await swap).toBe(renewed.cert);
  await reload;
});

test("a pair behind symbolic links that are turned is taken, as certbot turns them", async () => {
  const directory = await emptyDirectory();
  const renewed = await createCertificate();
  await writePair(join(directory, "archive", "1"), await createCertificate());
  await writePair(join(directory, "archive", "2"), renewed);
  await mkdir(join(directory, "live"));
  const turn = async (generation: string): Promise<void> => {
    for (const name of ["cert.pem", "key.pem"]) {
      await symlink(join("..", "archive", generation, name), join(directory, "live", "new"));
      await rename(join(directory, "live", "new"), join(directory, "live", name));
    }
  };
  await turn("1");
  const { nextSwap } = await followFiles(join(directory, "live"));
  const swap = nextSwap();
  await turn("2");
  expect(await swap).toBe(renewed.cert);
});

test("what else is written where the pair lies has it read no more than once", async () => {
  const directory = await emptyDirectory();
  await writePair(directory, await createCertificate());
  const [certFile, keyFile] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  let loads = 0;
  const load = () => ((loads += 1), readPair(certFile, keyFile));
  const { nextSwap } = follow({ first: await readPair(certFile, keyFile), load });
  const watcher = watch(directory);
  onTestFinished(() => watcher.close());
  for (const text of ["1", "2", "3"]) {
    const written = once(watcher, "change");
    await writeFile(join(directory, "server.log"), text);
    await written;
    // Begins behind the one that waits for an event to settle, and is as long.
    await settled(100);
  }
  expect(loads).toBeLessThan(2);
  const swap = nextSwap();
  await writePair(directory, await createCertificate());
  await swap;
});

test("a pair that stays damaged is reported, and the server keeps the old one", async () => {
  const directory = await emptyDirectory();
  const first = await createCertificate();
  await writePair(directory, first);
  const { live, keyFile, nextReport } = await followFiles(directory);
  const report = nextReport();
  await rm(keyFile);
  expect(await report).toMatchObject({ code: "certificate", message: `no such private key: ${keyFile}` });
  expect(live.current.cert).toBe(first.cert);
});

test("our own pair is renewed by a look, once for all who ask", async () => {
  const directory = await emptyDirectory();
  const first = await loadStoredPair({ directory });
  let now = new Date();
  let loads = 0;
  const { live, nextSwap } = follow({
    first,
    load: () => {
      loads += 1;
      return loadStoredPair({ directory }, now);
    },
  });
  await live.reload();
  expect(live.current.fingerprint).toBe(first.fingerprint);
  now = new Date(now.getTime() + 61 * 86_400_000);
  const swap = nextSwap();
  loads = 0;
  await Promise.all([live.reload(), live.reload(), live.reload()]);
  expect(await swap).not.toBe(first.cert);
  expect(loads).toBe(2);
});

test("a pair in memory stays until it has to be renewed", async () => {
  const blocked = join(await emptyDirectory(), "file");
  await writeFile(blocked, "");
  const load = () => loadStoredPair({ directory: blocked });
  const first = await load();
  const { live } = follow({ first, load });
  await live.reload();
  expect(live.current.fingerprint).toBe(first.fingerprint);

  const old = await loadStoredPair({ directory: blocked }, new Date(Date.now() - 61 * 86_400_000));
  const renewed = follow({ first: old, load });
  const swap = renewed.nextSwap();
  await renewed.live.reload();
  expect(await swap).not.toBe(old.cert);
});

test("once closed, nothing is swapped any more", async () => {
  const directory = await emptyDirectory();
  const first = await createCertificate();
  await writePair(directory, first);
  const { live } = await followFiles(directory);
  live.close();
  await writePair(directory, await createCertificate());
  await live.reload();
  expect(live.current.cert).toBe(first.cert);
});
