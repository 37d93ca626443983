import { isDeepStrictEqual } from "node:util";
import { loopTime } from "../io/loop-time.js";
import { LruMap } from "../io/lru-map.js";

/** How long an answer is given again without another look-up. */
const FRESH_MS = 250;

/** The same while one is under way that began before that: a busy process takes its time. */
const LOOKING_MS = 500;

/** Answers that are kept, and the longest key: what a client asks for at random must not fill the memory. */
const MAX_ANSWERS = 8192;
const MAX_KEY_LENGTH = 512;

interface Answer<T> {
  readonly value: T;
  readonly at: number;
}

interface Look<T> {
  readonly answer: Promise<T>;
  /** What is true then is what the answer is fresh from. */
  readonly at: number;
}

/**
 * Looks something up, and remembers the answer for 250 ms, or for 500 while it
 * is looked up again: a page under load is looked up eight times a second, and a
 * change is seen a moment later. Calls for the same key at the same time share
 * one look-up.
 */
export class Lookups<T> {
  readonly #look: (key: string) => Promise<T>;
  #answers = new LruMap<Answer<T>>(MAX_ANSWERS);
  readonly #running = new Map<string, Look<T>>();

  constructor(look: (key: string) => Promise<T>) {
    this.#look = look;
  }

  /** The answer, when it is fresh. */
  peek(key: string): T | undefined {
    const answer = this.#answers.get(key);
    if (answer === undefined) return undefined;
    const age = loopTime() - answer.at;
    if (age <= FRESH_MS / 2) return answer.value;
    const running = this.#running.get(key);
    const isAhead = running !== undefined && running.at - answer.at < FRESH_MS;
    if (age >= (isAhead ? LOOKING_MS : FRESH_MS)) return undefined;
    // Where many ask, none has to wait.
    if (running === undefined) void this.#start(key);
    return answer.value;
  }

  /** The answer; looked up where none is fresh. Rejects as the look-up does. */
  find(key: string): Promise<T> {
    const fresh = this.peek(key);
    if (fresh !== undefined) return Promise.resolve(fresh);
    return (this.#running.get(key) ?? this.#start(key)).answer;
  }

  /** Forgets one answer, or all: the next `find` looks again. */
  invalidate(key?: string): void {
    if (key === undefined) {
      this.#answers = new LruMap(MAX_ANSWERS);
      this.#running.clear();
    } else {
      this.#answers.delete(key);
      this.#running.delete(key);
    }
  }

  #start(key: string): Look<T> {
    const before = this.#answers.get(key)?.value;
    const look: Look<T> = {
      at: loopTime(),
      // What rests on an answer stays right with the same object.
      answer: this.#look(key).then((value) => (isDeepStrictEqual(value, before) ? (before ?? value) : value)),
    };
    void look.answer.then(
      (value) => this.#keep(key, look, { value, at: look.at }),
      () => this.#keep(key, look, undefined),
    );
    this.#running.set(key, look);
    return look;
  }

  #keep(key: string, look: Look<T>, answer: Answer<T> | undefined): void {
    // Forgotten meanwhile, or overtaken by a later look.
    if (this.#running.get(key) !== look) return;
    this.#running.delete(key);
    if (answer === undefined || key.length > MAX_KEY_LENGTH) return;
    this.#answers.set(key, answer);
  }
}
