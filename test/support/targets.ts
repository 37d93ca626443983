import { mkdir, symlink, writeFile } from "node:fs/promises";
import type { ClientHttp2Session, OutgoingHttpHeaders } from "node:http2";
import { join } from "node:path";
import { emptyDirectory } from "./directory.js";
import { answerOf, connect, type Answer } from "./h2.js";

export const SECRET = "this is a secret";

/** A root among directories that are none of its business. Every file outside of it, and every dotfile, is secret. */
export async function surroundedRoot(): Promise<string> {
  const parent = await emptyDirectory();
  const root = join(parent, "public");
  const secrets = ["secret.txt", "public-secret/a.txt", "public/.env", "public/.git/config", "public/docs/.hidden/x"];
  const open = ["index.html", "a.txt", "docs/index.html", "docs/b.txt", "é.txt", "x..y", "%2e%2e", "CON", "x.html"];
  for (const [names, content] of [
    [secrets, SECRET],
    [open.map((name) => `public/${name}`), "open"],
  ] as const) {
    for (const name of names) {
      await mkdir(join(parent, name, ".."), { recursive: true });
      await writeFile(join(parent, name), content);
    }
  }
  await symlink(join(parent, "secret.txt"), join(root, "link.txt"));
  await symlink(parent, join(root, "up"));
  return root;
}

/** Numbers that are the same in each run (mulberry32). */
export function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const pieces = [
  ..."/ // /./ /../ . .. ... \\ ..\\ %2e %2E %2e%2e %2f %2F %5c %5C %00 %0a %0d%0a %zz % %2 %252e %252f %c0%ae %e0%80%ae".split(
    " ",
  ),
  ..."%c0%af %ef%bc%8f %u002e ; ;a=b ? ?raw # : ::$DATA ~ * | %20 + @ evil.test: //evil.test http: file: %ff %fe".split(
    " ",
  ),
  ..."secret.txt public public-secret a.txt docs b.txt .env .EnV .git config link.txt up x. CON NUL aux.txt index.html".split(
    " ",
  ),
  ..."%E9 %C3%A9 %CC%81 %E2%80%AE %F0%9F%92%A9 %EF%BB%BF %ED%A0%80 é ‮ ．． ／ 💩 etc passwd proc self environ".split(
    " ",
  ),
];

/** Request targets that are made to be misread, the same in each run. */
export function* targets(count: number): Generator<string> {
  const below = generator(20_260_115);
  for (let n = 0; n < count; n++) {
    let target = below(20) === 0 ? "" : "/";
    for (let length = 1 + below(8); length > 0; length--) target += pieces[below(pieces.length)] ?? "";
    if (below(50) === 0) target += "x".repeat(below(3000));
    yield target;
  }
}

/** Clients that ask at a time: a server is to be kept busy. */
const CLIENTS = 8;

/**
 * Asks for each target over HTTP/2, and hands over the answer. A client that
 * breaks the rules of its own protocol has its stream refused, and gets none.
 *
 * @returns how many were answered
 */
export async function askAll(
  port: number,
  all: Iterable<string>,
  answered: (target: string, answer: Answer) => void,
  fields: OutgoingHttpHeaders = {},
): Promise<number> {
  let count = 0;
  const left = all[Symbol.iterator]();
  const ask = async () => {
    let client = await connect(port, { settings: { enablePush: false } });
    for (let next = left.next(); next.done !== true; next = left.next()) {
      if (client.session.destroyed || client.session.closed) {
        client = await connect(port, { settings: { enablePush: false } });
      }
      const answer = await statusOf(client.session, next.value, fields);
      if (answer instanceof Error) continue;
      count++;
      answered(next.value, answer);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, ask));
  return count;
}

/** The answer to a GET for a target, or the error of its stream. */
async function statusOf(session: ClientHttp2Session, target: string, fields: OutgoingHttpHeaders) {
  // As bytes of UTF-8, as a client would send what it did not encode.
  const path = Buffer.from(target).toString("latin1");
  return answerOf(session.request({ ":path": path, ...fields })).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
}
