import { once } from "node:events";
import { WebSocket } from "ws";

/** A session over WebDriver BiDi (W3C), with as much of the protocol as the tests use. */
export class Bidi {
  readonly #socket: WebSocket;
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
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
  async send(method: string, params: object): Promise<unknown> {
    const id = ++this.#last;
    this.#socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [data] = await once(this.#socket, "message");
      const message: unknown = JSON.parse(String(data));
      if (typeof message !== "object" || message === null || !("id" in message) || message.id !== id) continue;
      if ("result" in message) return message.result;
      throw new Error("message" in message ? String(message.message) : JSON.stringify(message));
    }
  }

  close(): void {
    this.#socket.close();
  }
}
