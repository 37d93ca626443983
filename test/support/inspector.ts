import { execFile } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { onTestFinished } from "vitest";
import type { LoggedFrame } from "../../src/inspect/frames/frame-log.js";
import type { InspectedConnection, InspectedLoad } from "../../src/inspect/loads/types.js";
import { listen, type EventSource } from "./event-source.js";
import { connect, type H2Client } from "./h2.js";

/** One who looks at a server with `inspect`, over a connection of its own. */
export interface Watcher {
  readonly client: H2Client;
  readonly events: EventSource;
  readonly json: <T>(path: string) => Promise<T>;
  /** The first load that `is` is true for, as it is told, now or later. */
  readonly load: (is: (load: InspectedLoad) => boolean, otherwise?: () => Promise<unknown>) => Promise<InspectedLoad>;
  readonly connection: (is: (connection: InspectedConnection) => boolean) => Promise<InspectedConnection>;
  readonly frames: (connection: number) => Promise<readonly LoggedFrame[]>;
}

/** Begins to look, and resolves when the server knows. */
export async function watch(port: number): Promise<Watcher> {
  const client = await connect(port, { settings: { enablePush: false } });
  const events = await listen(client, "/.h2push/events");
  onTestFinished(() => events.close());
  const told = { load: new Map<number, InspectedLoad>(), connection: new Map<number, InspectedConnection>() };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the server has documented
  const json = async <T>(path: string) => JSON.parse((await client.request(`/.h2push/${path}`)).body.toString()) as T;
  const changes = new EventEmitter<{ change: [event: string] }>().setMaxListeners(0);
  // Whoever waits is told of each event: it may be another's.
  const pump = async () => {
    for (;;) {
      const { event, data } = await events.next();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the server has documented
      const value = JSON.parse(data) as InspectedLoad & InspectedConnection;
      if (event === "load") told.load.set(value.id, value);
      if (event === "connection") told.connection.set(value.id, value);
      changes.emit("change", event);
    }
  };
  const isReady = new Promise<void>((resolve) =>
    changes.on("change", (event) => void (event === "ready" && resolve())),
  );
  pump().catch(() => undefined);
  await isReady;
  /** @param otherwise what there is instead, for the message when it takes too long */
  const wait = async <T>(all: Map<number, T>, is: (one: T) => boolean, otherwise?: () => Promise<unknown>) => {
    const late = AbortSignal.timeout(20_000);
    for (;;) {
      const found = [...all.values()].find(is);
      if (found !== undefined) return found;
      try {
        await once(changes, "change", { signal: late });
      } catch {
        throw new Error(`nothing like that was told: ${JSON.stringify(await otherwise?.(), undefined, 1)}`);
      }
    }
  };
  return {
    client,
    events,
    json,
    load: (is, otherwise) => wait(told.load, is, otherwise),
    connection: (is) => wait(told.connection, is),
    frames: async (connection) =>
      (await json<{ frames: readonly LoggedFrame[] }>(`connections/${connection}/frames.json`)).frames,
  };
}

/** A frame as `nghttp -v` prints it. */
export interface PrintedFrame {
  readonly from: "client" | "server";
  readonly type: string;
  readonly length: number;
  readonly flags: number;
  readonly stream: number;
}

/** The frames that nghttp sends and takes while it loads a page, as it prints them. */
export async function nghttpFrames(args: readonly string[]): Promise<readonly PrintedFrame[]> {
  const output = await new Promise<string>((resolve, reject) => {
    execFile("nghttp", ["-v", "-n", ...args], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
  });
  const line = /(recv|send) (?:\([^)]*\) )?([A-Z_]+) frame <length=(\d+), flags=0x([\da-f]+), stream_id=(\d+)>/g;
  // Colours are escape sequences.
  const plain = stripVTControlCharacters(output);
  return [...plain.matchAll(line)].map(([, direction, type = "", length, flags = "", stream]) => ({
    from: direction === "send" ? "client" : "server",
    type,
    length: Number(length),
    flags: Number.parseInt(flags, 16),
    stream: Number(stream),
  }));
}
