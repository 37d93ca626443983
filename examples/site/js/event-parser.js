/**
 * One event of an event stream.
 *
 * @typedef {{ event: string, data: string, id: string }} StreamEvent
 */

/**
 * Reads an event stream as the HTML standard says (§9.2.6, "Interpreting an
 * event stream"): it is given the text as it comes, in pieces that may end
 * anywhere.
 */
export class EventParser {
  /** What a new request has to say in `Last-Event-ID`; "" for nothing. */
  lastEventId = "";
  /** Milliseconds to wait before a new request; undefined when the stream did not say. @type {number | undefined} */
  retry;
  #rest = "";
  #begins = true;
  /** The last piece ended with a carriage return: a line feed at the next one's beginning belongs to it. */
  #afterReturn = false;
  #data = [];
  #event = "";
  #id = "";

  /** The events that are complete now. @param {string} piece @returns {StreamEvent[]} */
  read(piece) {
    let text = piece;
    if (this.#begins && text !== "") {
      text = text.replace(/^\uFEFF/, "");
      this.#begins = false;
    }
    if (this.#afterReturn && text.startsWith("\n")) text = text.slice(1);
    if (piece !== "") this.#afterReturn = piece.endsWith("\r");
    const lines = (this.#rest + text).split(/\r\n|\n|\r/);
    this.#rest = lines.pop();
    return lines.flatMap((line) => this.#line(line) ?? []);
  }

  /** A blank line ends an event; one without data is none. */
  #line(line) {
    if (line !== "") {
      this.#field(line);
      return undefined;
    }
    this.lastEventId = this.#id;
    const event = { event: this.#event || "message", data: this.#data.join("\n"), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#data = [];
    this.#event = "";
    return isEmpty ? undefined : event;
  }

  #field(line) {
    const [name, value = ""] = line.split(/:(?: )?(.*)/s, 2);
    // A line that begins with a colon is a comment: its name is empty.
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#event = value;
    else if (name === "id" && !value.includes("\0")) this.#id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.retry = Number(value);
  }
}
