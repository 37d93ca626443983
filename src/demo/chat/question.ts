import { readAtMost } from "../endpoints/content.js";
import { BadValue } from "../endpoints/problem.js";
import { languages, type Language } from "./answers.js";

/** What a client asks the chat. */
export interface Question {
  readonly question: string;
  readonly language: Language;
}

const MAX_QUESTION_BYTES = 4096;

/**
 * The question in a request's JSON, `{ "question": "…", "lang": "en" }`.
 *
 * @throws {BadValue} naming what can't be
 */
export async function readQuestion(request: Request): Promise<Question> {
  // A form on another site can't send it.
  if (request.headers.get("content-type") !== "application/json") throw new BadValue("a question is application/json");
  const content = await readAtMost(request.body, MAX_QUESTION_BYTES);
  if (content === undefined) throw new BadValue(`a question has at most ${MAX_QUESTION_BYTES} bytes`);
  const { question, lang }: { question?: unknown; lang?: unknown } = Object(parse(Buffer.from(content).toString()));
  if (typeof question !== "string") throw new BadValue("question must be a text");
  const language = languages.find((known) => known === lang);
  if (language === undefined) throw new BadValue(`lang must be one of ${languages.join(", ")}`);
  return { question, language };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadValue("the content is not JSON");
  }
}
