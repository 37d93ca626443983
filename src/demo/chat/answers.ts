import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { answersDirectory } from "../site.js";

/** What is known of a topic. */
interface Topic {
  /** Words of a question that ask for it, in lower case. */
  readonly words: readonly string[];
  readonly answer: string;
}

/** What the chat knows in one language; the last topic answers all other questions. */
type Topics = readonly Topic[];

export const languages = ["en", "zh"] as const;
export type Language = (typeof languages)[number];

const read = new Map<Language, Promise<Topics>>();

/** The answer to a question: that of the topic most of whose words are in it. */
export async function answerTo(question: string, language: Language): Promise<string> {
  const known = read.get(language) ?? readTopics(language);
  read.set(language, known);
  const topics = await known;
  const asked = question.toLowerCase();
  const hits = ({ words }: Topic) => words.filter((word) => asked.includes(word)).length;
  const [best] = topics.toSorted((a, b) => hits(b) - hits(a));
  return (best !== undefined && hits(best) > 0 ? best : topics.at(-1))?.answer ?? "";
}

async function readTopics(language: Language): Promise<Topics> {
  return JSON.parse(await readFile(join(answersDirectory, `${language}.json`), "utf8"));
}

/** The text in pieces of one word each, with the spaces and line ends behind it. */
export function wordsOf(text: string, language: Language): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of new Intl.Segmenter(language, { granularity: "word" }).segment(text)) {
    if (isWordLike === true || words.length === 0) words.push(segment);
    else words.push(`${words.pop()}${segment}`);
  }
  return words;
}
