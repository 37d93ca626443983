import process from "node:process";
import { isMainThread } from "node:worker_threads";
import { chmodSync, type Stats } from "node:fs";
import { lstat, stat, unlink } from "node:fs/promises";
import { connect, type Server } from "node:net";
import { platform } from "node:os";
import { dirname, resolve } from "node:path";
import { H2PushError, hasSystemCode, systemCode } from "../../errors.js";

/** What `--host` begins with when it names a socket of the file system. */
const SCHEME = "unix:";

/** Bytes of the longest path that a socket's address holds (`sun_path`, without the zero at its end). */
const MAX_PATH_BYTES = platform() === "darwin" ? 103 : 107;

/** The absolute path of the socket that a host names as `unix:PATH`. */
export function socketPath(host: string): string {
  return resolve(host.slice(SCHEME.length));
}

/**
 * Listens on a socket of the file system that this user alone may connect to.
 * Node removes it when the server closes; what a server that died left behind
 * is removed here, and nothing else.
 *
 * @throws {H2PushError} "listen"
 */
export async function listenOnSocket(server: Server, path: string): Promise<void> {
  if (platform() === "win32") {
    throw new H2PushError("listen", `no unix sockets on Windows: ${path}`, "listen on localhost and a port");
  }
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    const hint = `a system takes ${MAX_PATH_BYTES} bytes: choose a shorter path`;
    throw new H2PushError("listen", `too long for a unix socket: ${path}`, hint);
  }
  await removeStale(path);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(socketError(error, path)));
    const restrict = () => {
      try {
        chmodSync(path, 0o600);
      } catch (error) {
        server.close();
        reject(socketError(error, path));
      }
    };
    // The file is there as soon as `listen` returns, and at no moment open to more than this user.
    const mask = isMainThread ? process.umask(0o177) : undefined;
    try {
      server.listen({ path }, () => {
        restrict();
        resolve();
      });
    } finally {
      if (mask !== undefined) process.umask(mask);
    }
    // A thread has no mask of its own to set.
    if (server.listening) restrict();
  });
}

/** Removes the socket of a server that is no more: nobody answers there. */
async function removeStale(path: string): Promise<void> {
  const stats = await lookAt(path).catch((error: unknown) => {
    throw socketError(error, path);
  });
  if (stats === undefined) return;
  if (!stats.isSocket()) {
    throw new H2PushError("listen", `not a socket: ${path}`, "it is left as it is: choose another path");
  }
  if (await isAnswered(path)) {
    throw new H2PushError("listen", `another server listens on ${path}`, "end it, or choose another path");
  }
  await unlink(path).catch((error: unknown) => {
    throw socketError(error, path);
  });
}

/** What is at `path`, undefined for nothing. Throws for what leads there: Node would tell of it as EACCES alone. */
async function lookAt(path: string): Promise<Stats | undefined> {
  await stat(dirname(path));
  return lstat(path).catch((error: unknown) => {
    if (!hasSystemCode(error, "ENOENT")) throw error;
    return undefined;
  });
}

/** Whether a server takes connections there. What can't be known, such as for lack of permission, counts as yes. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => resolve(!hasSystemCode(error, "ECONNREFUSED")));
  });
}

const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    EACCES: "not allowed",
    EPERM: "not allowed",
    ENOENT: "no such directory",
    ENOTDIR: "no such directory",
    EADDRINUSE: "it was taken meanwhile",
  }),
);

function socketError(error: unknown, path: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  const message = `cannot listen on ${path}: ${REASONS.get(code) ?? code}`;
  return new H2PushError("listen", message, "pass a path in a directory that this user may write to", { cause: error });
}
