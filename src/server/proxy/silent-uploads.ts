import type { Readable } from "node:stream";

/** So many requests of a connection are passed on before any of their content has come. */
const AT_ONCE = 8;

/**
 * Requests whose content has not begun, those of each connection in their
 * order. A client may wait for an answer before it sends any, so they are
 * passed on; but each takes a connection to the upstream, so only the first
 * of them are. The others wait for their content, or for one of those ahead
 * to begin or to end.
 */
export class SilentUploads {
  readonly #silent = new WeakMap<object, Set<{ goOn?: () => void }>>();

  /** Undefined when the request may be passed on now; else resolves when it may, or when its client has gone. */
  wait(connection: object, content: Readable): Promise<void> | undefined {
    if (content.readableLength > 0 || content.readableEnded || content.destroyed) return undefined;
    const silent = this.#silent.get(connection) ?? new Set();
    this.#silent.set(connection, silent);
    const request: { goOn?: () => void } = {};
    silent.add(request);
    whenBegun(content, () => {
      silent.delete(request);
      request.goOn?.();
      [...silent][AT_ONCE - 1]?.goOn?.();
    });
    return silent.size <= AT_ONCE ? undefined : new Promise((goOn) => (request.goOn = goOn));
  }
}

/** Calls back at the first of a content, at its end or when it breaks off. */
function whenBegun(content: Readable, call: () => void): void {
  const begun = () => {
    content.off("readable", begun).off("close", begun);
    call();
  };
  content.on("readable", begun).on("close", begun);
}
