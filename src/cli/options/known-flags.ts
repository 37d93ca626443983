import type { Option, OptionValue } from "../../server/options/option.js";
import { allOptions } from "./cli-options.js";
import { isSwitch, opposite } from "./commander-options.js";
import { isCommand } from "./command-words.js";

/** Flags of ours that mean something else in other programs, at least in some form. */
const CLASHING = ["--host", "-c", "--config", "-C", "-o", "--open"];

const options = Object.values<Option<OptionValue>>(allOptions);
const flagsIn = (flags: string): readonly string[] => flags.match(/(?<=^|\s)--?[\w-]+/g) ?? [];

/** Whether a flag of ours has its value in the next word. */
const takesValue = (flag: string) => options.some(({ flags }) => flags.includes("<") && flagsIn(flags).includes(flag));

/** Whether there may be a flag among words that is not ours, or not ours alone. */
function mayBeForeign(words: readonly string[]): boolean {
  const own = options.flatMap((option) => [
    ...flagsIn(option.flags),
    ...(isSwitch(option) ? flagsIn(opposite(option).flags) : []),
  ]);
  const plain = new Set([...own, "-h", "--help", "--help-all", "-v", "--version"]);
  for (const flag of CLASHING) plain.delete(flag);
  return words.some((word) => word.startsWith("-") && !plain.has(word.split("=", 1)[0] ?? ""));
}

/**
 * The words of the command line, with ours in the place of those that people know from vite, serve and http-server.
 *
 * @throws {H2PushError} "usage" with a sentence that says what does it here
 */
export async function inOurWords(words: readonly string[]): Promise<readonly string[]> {
  if (isCommand(words[0]) || !mayBeForeign(words)) return words;
  return (await import("./habits.js")).translateHabits(words, takesValue);
}
