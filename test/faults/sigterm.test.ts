import { once } from "node:events";
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { expect, onTestFinished, test } from "vitest";
import { startCli } from "../support/cli.js";
import { connectSocket } from "../support/h2.js";
import { writeSite } from "../support/site.js";

const SIZE = 300_000;
/** Responses before the signal comes. */
const BEFORE = 200;

/** What became of one request. */
interface Outcome {
  readonly id: number;
  readonly began: boolean;
  readonly bytes: number;
  readonly isReset: boolean;
}

function ask(session: ClientHttp2Session): Promise<Outcome> {
  return new Promise((resolve) => {
    const stream = session.request({ ":path": "/a.bin" });
    let [began, bytes] = [false, 0];
    stream.on("response", () => (began = true));
    stream.on("data", (chunk: Buffer) => (bytes += chunk.length));
    stream.on("error", () => undefined);
    stream.on("close", () => resolve({ id: stream.id ?? 0, began, bytes, isReset: stream.rstCode !== 0 }));
  });
}

test.runIf(process.platform !== "win32")(
  "SIGTERM under load: every request that the server has taken is answered whole, and the rest is refused",
  async () => {
    const root = await writeSite({ "a.bin": Buffer.alloc(SIZE, 1) });
    const cli = await startCli([root, "-p", "0"]);
    const port = await cli.port();
    let count = 0;
    const client = async () => {
      const socket = await connectSocket(port);
      const session = connectHttp2(`https://localhost:${port}`, { createConnection: () => socket });
      onTestFinished(() => session.destroy());
      session.on("error", () => undefined);
      await once(session, "remoteSettings");
      let last = Number.POSITIVE_INFINITY;
      session.on("goaway", (_code: number, id: number) => (last = Math.min(last, id)));
      const outcomes: Outcome[] = [];
      const loop = async () => {
        while (!session.closed && !session.destroyed) {
          outcomes.push(await ask(session));
          if (++count === BEFORE) cli.child.kill("SIGTERM");
        }
      };
      await Promise.all([loop(), loop(), loop(), loop()]);
      return { last: () => last, outcomes };
    };
    const clients = await Promise.all(Array.from({ length: 8 }, client));
    expect(await cli.exit).toBe(0);
    for (const { last, outcomes } of clients) {
      expect(Number.isFinite(last())).toBe(true);
      const taken = outcomes.filter(({ id, began }) => began || id <= last());
      expect(taken.filter(({ bytes, isReset }) => bytes !== SIZE || isReset)).toEqual([]);
    }
    expect(cli.stderr).toBe("");
  },
);

test("SIGTERM under load: an HTTP/1.1 response that has begun comes whole", async () => {
  const root = await writeSite({ "a.bin": Buffer.alloc(SIZE, 1) });
  const cli = await startCli([root, "-p", "0", "--no-compress"]);
  const port = await cli.port();
  let count = 0;
  const cut: number[] = [];
  const loop = async () => {
    for (;;) {
      const socket = await connectSocket(port, "http/1.1").catch(() => undefined);
      if (socket === undefined) return;
      socket.write("GET /a.bin HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
      const chunks: Buffer[] = [];
      socket.on("data", (chunk: Buffer) => chunks.push(chunk));
      await new Promise((resolve) => socket.once("close", resolve));
      const response = Buffer.concat(chunks);
      const bytes = response.length - response.indexOf("\r\n\r\n") - 4;
      if (response.length > 0 && bytes !== SIZE) cut.push(bytes);
      if (++count === BEFORE / 4) cli.child.kill("SIGTERM");
    }
  };
  await Promise.all(Array.from({ length: 8 }, loop));
  expect([await cli.exit, cut]).toEqual([0, []]);
});
