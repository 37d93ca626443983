import { H2PushError } from "../../errors.js";
import { isDirectory } from "../../io/disk/is-directory.js";
import { closestMatch } from "../../io/text/closest-match.js";

/** Commands whose argument is a directory. */
const ROOT_COMMANDS = ["manifest", "check", "report", "export", "verify"];

/** The commands beside the one that serves. */
const COMMANDS = [...ROOT_COMMANDS, "cert", "help", "version"];

/** What comes behind `h2push cert`. */
const CERT_COMMANDS = ["show", "trust", "untrust"];

/** Whether a word is one of our commands. */
export const isCommand = (word: string | undefined) => word !== undefined && COMMANDS.includes(word);

/** Whether it may be a mistyped command. */
export const isWord = (text: string) => /^\w[\w-]*$/.test(text);

/** The command that was probably meant, as it would be written. */
export function commandsLike(word: string): string[] {
  const near = closestMatch(word, [...COMMANDS, ...CERT_COMMANDS]);
  if (near === undefined) return [];
  return [CERT_COMMANDS.includes(near) ? `h2push cert ${near}` : `h2push ${near}`];
}

export const didYouMean = (meant: readonly string[]) =>
  meant.length === 0 ? undefined : `did you mean ${meant.join(", or ")}?`;

/** What is meant for us, and the command behind `--` that runs beside the server. */
export function splitCommand(args: readonly string[]): {
  readonly own: readonly string[];
  readonly command: readonly string[] | undefined;
} {
  const at = isCommand(args[0]) ? -1 : args.indexOf("--");
  return at < 0 ? { own: args, command: undefined } : { own: args.slice(0, at), command: args.slice(at + 1) };
}

/** Help and version as words, where there is no directory of that name: what is meant, as flags. */
export function wordsAsFlags(args: readonly string[]): readonly string[] {
  const [first = "", second = "", ...rest] = args;
  if (first === "version" && args.length === 1 && !isDirectory(first)) return ["--version"];
  if (first === "help" && !isDirectory(first)) return [...args.slice(1), "--help"];
  const isHelp = second === "help" && rest.length === 0;
  const takesHelp = first === "cert" || (ROOT_COMMANDS.includes(first) && !isDirectory(second));
  return isHelp && takesHelp ? [first, "--help"] : args;
}

/** @throws {H2PushError} "usage" */
export function checkCertCommand(word: string): void {
  if (CERT_COMMANDS.includes(word) || word === "help") return;
  const near = closestMatch(word, CERT_COMMANDS);
  const hint = near === undefined ? "see h2push cert --help for its commands" : `did you mean h2push cert ${near}?`;
  throw new H2PushError("usage", `no such command: cert ${word}`, hint);
}

/** @throws {H2PushError} "usage" */
export function checkHelpTopic(word: string): void {
  if (isCommand(word)) return;
  const hint = didYouMean(commandsLike(word)) ?? "see h2push --help for the commands";
  throw new H2PushError("usage", `no such command: ${word}`, hint);
}
