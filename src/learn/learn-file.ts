import { H2PushError } from "../errors.js";
import { writeWhole } from "../io/atomic-write.js";
import { readUserFile } from "../io/read-user-file.js";
import { checkEntry } from "../manifest/read.js";
import { LearnedPage, type LearnedEntry } from "./learned-page.js";

const HINT = "delete it, or name another with --learn-file: h2push writes it anew";

/** One page as it stands in the file. */
interface WrittenPage {
  readonly version: string;
  readonly entries: readonly LearnedEntry[];
  readonly code: Readonly<Record<string, string>>;
}

/** The same as it is read: anybody may have written it. */
type Read<T> = { readonly [name in keyof T]: unknown };

/**
 * What was learned before, by page. A file that is not there yet has nothing.
 *
 * @throws {H2PushError} "manifest" when it can't be read or is none of ours
 */
export async function readLearned(file: string): Promise<Map<string, LearnedPage>> {
  const text = await readUserFile(file, "manifest", HINT).catch((error: unknown) => {
    if (error instanceof H2PushError && error.message.startsWith("no such file")) return undefined;
    throw error;
  });
  if (text === undefined || text.trim() === "") return new Map();
  const pages = pagesIn(text);
  if (pages === undefined) throw new H2PushError("manifest", `not what h2push has learned: ${file}`, HINT);
  return pages;
}

function pagesIn(text: string): Map<string, LearnedPage> | undefined {
  try {
    const { version, learned }: { version?: unknown; learned?: Record<string, Read<WrittenPage>> } = JSON.parse(text);
    if (version !== 1 || typeof learned !== "object") return undefined;
    return new Map(Object.entries(learned).map(([page, written]) => [page, pageOf(written)]));
  } catch {
    return undefined;
  }
}

/** @throws {Error} when it is not in the form that `writeLearned` writes */
function pageOf({ version, entries, code }: Read<WrittenPage>): LearnedPage {
  const page = new LearnedPage(textIn(version));
  for (const [target, one] of Object.entries(code ?? {})) page.code.set(target, textIn(one));
  if (!Array.isArray(entries)) throw new TypeError("not a list of entries");
  for (const entry of entries as readonly Read<LearnedEntry>[]) {
    const { bytes, version, askedOnceBy, ...written } = entry;
    page.add({
      ...checkEntry(written),
      bytes: typeof bytes === "number" ? bytes : 0,
      version: textIfAny(version),
      askedOnceBy: textIfAny(askedOnceBy),
    });
  }
  page.begins();
  return page;
}

const textIfAny = (value: unknown) => (typeof value === "string" ? value : undefined);

function textIn(value: unknown): string {
  if (typeof value === "string") return value;
  throw new TypeError("not a text");
}

/** Writes the file whole or not at all. */
export async function writeLearned(file: string, pages: Iterable<readonly [string, LearnedPage]>): Promise<void> {
  const learned: Record<string, WrittenPage> = {};
  for (const [page, { version, entries, code }] of pages) {
    learned[page] = { version, entries: [...entries.values()], code: Object.fromEntries(code) };
  }
  await writeWhole(file, `${JSON.stringify({ version: 1, learned }, undefined, 1)}\n`);
}
