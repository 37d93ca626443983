/** Files that are told of; the names of more would only fill the log. */
const MOST = 100;

/** Tells of files that are asked for and can't be read, each once. */
export class Unreadable {
  readonly #notice: (text: string) => void;
  readonly #told = new Set<string>();

  constructor(notice: (text: string) => void) {
    this.#notice = notice;
  }

  /** @param code what the system says: "EACCES" */
  tell(file: string, code: string): void {
    if (this.#told.size >= MOST || this.#told.has(file)) return;
    this.#told.add(file);
    this.#notice(`not allowed to read ${file} (${code}): who asks for it gets 403`);
  }
}
