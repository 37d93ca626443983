import { once } from "node:events";
import { WebSocket } from "ws";

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A session over WebDriver BiDi (W3C), with as much of the protocol as the tests use. */
export class Bidi {
  readonly #socket: WebSocket;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(method: string, params: unknown) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => this.#receive(JSON.parse(data.toString())));
  }

  /**
   * @param url as the browser prints it: `ws://127.0.0.1:45678`
   * @param acceptInsecureCerts takes certificates that nobody trusts
   */
  static async connect(url: string, acceptInsecureCerts = false): Promise<Bidi> {
    const socket = new WebSocket(`${url}/session`);
    await once(socket, "open");
    const session = new Bidi(socket);
    await session.send("session.new", { capabilities: { alwaysMatch: { acceptInsecureCerts } } });
    return session;
  }

  /** The result of a command. @throws {Error} with the browser's message when it failed */
  send(method: string, params: object): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** Tells of each event that the session has subscribed to. */
  onEvent(listener: (method: string, params: unknown) => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    this.#socket.close();
  }

  #receive(message: unknown): void {
    if (typeof message !== "object" || message === null) return;
    if ("method" in message && "params" in message) {
      for (const listener of this.#listeners) listener(String(message.method), message.params);
    }
    const pending = "id" in message && typeof message.id === "number" ? this.#pending.get(message.id) : undefined;
    if (pending === undefined || !("id" in message) || typeof message.id !== "number") return;
    this.#pending.delete(message.id);
    if ("result" in message) pending.resolve(message.result);
    else pending.reject(new Error("message" in message ? String(message.message) : JSON.stringify(message)));
  }
}
