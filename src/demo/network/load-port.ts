import { H2PushError } from "../../errors.js";

/**
 * The port on which the page is loaded, one server after the other. It stays
 * the same as long as it can be had: a browser that asks whether the
 * certificate is accepted asks for each port (Firefox).
 */
export class LoadPort {
  #port = 0;
  #loads = 0;

  /** Below which the page is loaded next, and never was before: no cache knows what is there. */
  nextBase(): string {
    this.#loads += 1;
    return `/load-${this.#loads}/`;
  }

  /**
   * Has a server listen, on the port of the one before or on a free one.
   *
   * @throws what `listen` throws, unless the port before is in use
   */
  async open<T extends { readonly port: number }>(listen: (port: number) => Promise<T>): Promise<T> {
    try {
      return this.#keep(await listen(this.#port));
    } catch (error) {
      if (this.#port === 0 || !(error instanceof H2PushError) || error.code !== "listen") throw error;
      return this.#keep(await listen(0));
    }
  }

  #keep<T extends { readonly port: number }>(opened: T): T {
    this.#port = opened.port;
    return opened;
  }
}
