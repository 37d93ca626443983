/**
 * How long an upstream may owe us something: to take what we send, or, when
 * it has the whole request, to give the next piece of its response. What the
 * client takes its time for does not count.
 */
export class IdleTimeout {
  readonly #expired: () => void;
  #limit: number;
  #timer: NodeJS.Timeout | undefined;
  #isReading = true;
  #upload: "client" | "upstream" | "done" = "client";

  /** @param limit milliseconds; 0 for no limit */
  constructor(limit: number, expired: () => void) {
    this.#limit = limit;
    this.#expired = expired;
  }

  /** Who is to do something for the content of the request: the client to send it, or the upstream to take it. */
  upload(waitsFor: "client" | "upstream" | "done"): void {
    this.#upload = waitsFor;
    this.#wait();
  }

  /** Whether the response, or more of it, is waited for. */
  reading(is: boolean): void {
    this.#isReading = is;
    this.#wait();
  }

  /** From here on it may take as long as it likes. */
  end(): void {
    this.#limit = 0;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const owes = this.#upload === "upstream" || (this.#upload === "done" && this.#isReading);
    if (owes && this.#limit > 0) this.#timer = setTimeout(this.#expired, this.#limit);
  }
}
