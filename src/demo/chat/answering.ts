import { deferred } from "../../io/deferred.js";
import { LruMap } from "../../io/lru-map.js";

/** How far the server has come with an answer. */
export interface Answering {
  readonly answer: string;
  /** Words that were handed over to be sent. */
  readonly sent: number;
  readonly words: number;
  /** "cancelled": the client went away before the end; "cut": the server broke off, as it was asked to. */
  readonly state: "answering" | "done" | "cancelled" | "cut";
}

/** How many answers are remembered, and how many are given at a time. */
const REMEMBERED = 200;
const MAX_AT_A_TIME = 32;

/** One answer on its way. */
export class Answer {
  readonly #ended = deferred();
  #told: Answering;

  constructor(answer: string, words: number) {
    this.#told = { answer, words, sent: 0, state: "answering" };
  }

  get told(): Answering {
    return this.#told;
  }

  /** Resolves when it is no longer being given. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  sent(sent: number): void {
    this.#told = { ...this.#told, sent };
  }

  end(state: Exclude<Answering["state"], "answering">): void {
    if (this.#told.state !== "answering") return;
    this.#told = { ...this.#told, state };
    this.#ended.resolve();
  }
}

/** The answers that are given, and the latest that were. */
export class Answers {
  readonly #known = new LruMap<Answer>(REMEMBERED);
  #open = 0;
  #last = 0;

  /** A new one; undefined when there are too many at a time. */
  begin(words: number): Answer | undefined {
    if (this.#open >= MAX_AT_A_TIME) return undefined;
    this.#open += 1;
    const answer = new Answer(String((this.#last += 1)), words);
    void answer.ended.then(() => (this.#open -= 1));
    this.#known.set(answer.told.answer, answer);
    return answer;
  }

  find(answer: string): Answer | undefined {
    return this.#known.get(answer);
  }
}
