import { onTestFinished } from "vitest";
import {
  createCertificate,
  createServer,
  type PemPair,
  type RequestRecord,
  type ServerOptions,
} from "../../src/index.js";

let made: Promise<PemPair> | undefined;

/** One pair for all servers of a test file. */
export function testCertificate(): Promise<PemPair> {
  return (made ??= createCertificate());
}

export interface TestServer {
  readonly port: number;
  /** Without a slash at its end. */
  readonly origin: string;
  /** The requests that have ended, as the server told of them. */
  readonly records: readonly RequestRecord[];
  readonly errors: readonly Error[];
  /** The record of the first ended request that `of` is true for, now or later. */
  readonly record: (of: (record: RequestRecord) => boolean) => Promise<RequestRecord>;
  /** A change of a file is seen with the next request. */
  readonly invalidate: () => void;
  readonly close: (grace?: number) => Promise<void>;
}

/** Starts a server on a free port of both loopback addresses; it ends with the test. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const records: RequestRecord[] = [];
  const errors: Error[] = [];
  const waiting = new Set<() => void>();
  const server = createServer({
    port: 0,
    certificate: await testCertificate(),
    onError: (error) => errors.push(error),
    ...options,
    onRequest: (record) => {
      records.push(record);
      for (const look of waiting) look();
      options.onRequest?.(record);
    },
  });
  const { port } = await server.listen();
  onTestFinished(() => server.close(0));
  return {
    port,
    origin: `https://localhost:${port}`,
    records,
    errors,
    record: (of) =>
      new Promise((resolve) => {
        const look = () => {
          const found = records.find(of);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    invalidate: () => server.invalidate(),
    close: (grace) => server.close(grace),
  };
}
