import type { Route } from "../../server/routes/route.js";
import { formatEvent } from "../endpoints/demo-event-stream.js";
import { endpoint } from "../endpoints/endpoint.js";
import { integer, integerParameter } from "../endpoints/parameter.js";
import { problem, unstored } from "../endpoints/problem.js";
import { textStream } from "../endpoints/text-stream.js";
import { waitFor } from "../endpoints/wait.js";
import { answerTo, wordsOf } from "./answers.js";
import { Answers, type Answer } from "./answering.js";
import { readQuestion } from "./question.js";

const EVERY = { name: "every", min: 20, max: 1000, fallback: 90 };
const CUT = { name: "cut", min: 0, max: 1000, fallback: 0 };
const LAST_EVENT_ID = { name: "Last-Event-ID", min: 1, max: 10_000 };

/** Milliseconds that a client is asked to wait before it asks again. */
const RETRY_MS = 500;

/** How long a question about an answer waits for its end (milliseconds). */
const PATIENCE_MS = 2000;

/**
 * `POST /demo/chat?every=&cut=` with `{ "question", "lang" }`: an answer, word
 * by word, as an event stream: `start`, `word` with the word's number as id,
 * `done`. It stops when the client goes away. With `Last-Event-ID` it goes on
 * behind that word; without it, it breaks off behind word `cut`. The answers
 * are in files: there is no language model.
 *
 * `GET /demo/chat/answer?number=`: how far the server has come with an answer.
 */
export function chat(): Route[] {
  const answers = new Answers();
  const ask = endpoint("POST", "/demo/chat", async (request) => {
    const { question, language } = await readQuestion(request);
    const words = wordsOf(await answerTo(question, language), language);
    const from = firstWord(request);
    const every = integerParameter(request.url, EVERY);
    const cut = from > 0 ? 0 : integerParameter(request.url, CUT);
    const answer = answers.begin(words.length);
    if (answer === undefined) return problem(503, "busy", "too many answers at a time", { "retry-after": "2" });
    const left = new AbortController();
    const stop = AbortSignal.any([request.signal, left.signal]);
    stop.addEventListener("abort", () => answer.end("cancelled"));
    const headers = { "content-type": "text/event-stream", "cache-control": "no-store, no-transform" };
    return new Response(textStream(tell(answer, { words, from, every, cut, stop }), left), { headers });
  });
  const look = endpoint("GET", "/demo/chat/answer", async ({ url, signal }) => {
    const number = new URL(url).searchParams.get("number") ?? "";
    const answer = answers.find(number);
    if (answer === undefined) return problem(404, "not found", `no answer has the number "${number}"`);
    await Promise.race([answer.ended, waitFor(PATIENCE_MS, signal)]);
    return unstored(answer.told);
  });
  return [ask, look];
}

interface Telling {
  readonly words: readonly string[];
  /** Words that the client has already. */
  readonly from: number;
  /** Milliseconds between two. */
  readonly every: number;
  /** The word behind which the answer breaks off; 0 for none. */
  readonly cut: number;
  readonly stop: AbortSignal;
}

async function* tell(answer: Answer, { words, from, every, cut, stop }: Telling): AsyncGenerator<string, undefined> {
  const start = { answer: answer.told.answer, words: words.length, from };
  yield formatEvent({ event: "start", retry: RETRY_MS, data: JSON.stringify(start) });
  for (const [index, word] of words.entries()) {
    if (index < from) continue;
    if (!(await waitFor(every, stop))) return undefined;
    const event = formatEvent({ event: "word", id: index + 1, data: word });
    if (cut > 0 && index === cut) {
      answer.end("cut");
      // A client takes nothing of an event without its end.
      yield event.slice(0, event.length / 2);
      return undefined;
    }
    answer.sent(index + 1);
    yield event;
  }
  answer.end("done");
  yield formatEvent({ event: "done", data: "" });
  return undefined;
}

function firstWord({ headers }: Request): number {
  const id = headers.get("last-event-id");
  return id === null || id === "" ? 0 : integer(id, LAST_EVENT_ID);
}
