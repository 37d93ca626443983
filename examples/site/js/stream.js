/**
 * One event stream, by the browser's own EventSource: it reconnects by itself
 * and says then which event it has seen last.
 */
export class Stream {
  /** @type {EventSource | undefined} */
  #source;
  #told;
  /** Number by which the server knows this response. @type {number | undefined} */
  number;
  /** @type {number | undefined} */
  lastId;
  events = 0;
  peaks = 0;
  missed = 0;
  breaks = 0;
  #begins = false;

  /**
   * @param {object} told
   * @param {(start: { from: number, by: string, every: number }) => void} told.onStart
   * @param {(sample: object) => void} told.onSample
   * @param {(goesOn: boolean) => void} told.onBroken with false when the server refused the stream
   */
  constructor(told) {
    this.#told = told;
  }

  /** Opens it, or opens it anew from the next event on. @param {Record<string, string | number>} query */
  open(query) {
    this.close();
    const from = this.lastId === undefined ? {} : { from: this.lastId + 1 };
    this.#source = new EventSource(`/demo/events?${new URLSearchParams({ ...query, ...from })}`);
    this.#source.addEventListener("start", ({ data }) => this.#start(JSON.parse(data)));
    this.#source.addEventListener("sample", (event) => this.#receive(event));
    this.#source.addEventListener("peak", (event) => this.#receive(event));
    this.#source.addEventListener("error", () => this.#break());
  }

  close() {
    this.#source?.close();
    this.#source = undefined;
  }

  #start(start) {
    this.number = start.stream;
    this.#begins = true;
    this.#told.onStart(start);
  }

  #receive({ type, data, lastEventId }) {
    const id = Number(lastEventId);
    if (this.lastId !== undefined) this.missed += id - this.lastId - 1;
    this.lastId = id;
    this.events += 1;
    const peak = type === "peak";
    if (peak) this.peaks += 1;
    this.#told.onSample({ id, value: JSON.parse(data).value, peak, begins: this.#begins });
    this.#begins = false;
  }

  #break() {
    const goesOn = this.#source?.readyState === EventSource.CONNECTING;
    if (goesOn) this.breaks += 1;
    else this.close();
    this.#told.onBroken(goesOn);
  }
}
