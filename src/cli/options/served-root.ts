import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { H2PushError, systemCode } from "../../errors.js";
import { checkRoot } from "../../server/files/root.js";
import { isDirectory } from "../../io/disk/is-directory.js";
import { closestMatch } from "../../io/text/closest-match.js";

/** The commands beside the one that serves, by the word that may have been meant for each. */
const COMMANDS: ReadonlyMap<string, string> = new Map([
  ["manifest", "manifest"],
  ["check", "check"],
  ["report", "report"],
  ["export", "export"],
  ["verify", "verify"],
  ["cert", "cert"],
  ["help", "help"],
  ["version", "version"],
  ["trust", "cert trust"],
  ["untrust", "cert untrust"],
  ["show", "cert show"],
]);

/** Who names the root: the first word of all, which a command can be too, the argument of a command, or a file. */
export type RootSource = { readonly kind: "word" | "argument" } | { readonly kind: "file"; readonly file: string };

/**
 * Checks that a directory can be served, and says which one was probably
 * meant when it is not there.
 *
 * @throws {H2PushError} "root"
 */
export async function checkGivenRoot(root: string, from: RootSource): Promise<void> {
  try {
    await checkRoot(root);
  } catch (error) {
    if (!(error instanceof H2PushError)) throw error;
    const missing = ["ENOENT", "ENOTDIR"].includes(systemCode(error.cause) ?? "");
    if (missing && from.kind === "word") throw await noSuchRoot(root);
    const hint = (missing ? didYouMean(await directoriesLike(root)) : undefined) ?? error.hint;
    const where = from.kind === "file" ? `root in ${from.file}: ` : "";
    throw new H2PushError("root", `${where}${error.message}`, hint, { cause: error });
  }
}

/** For a directory in which a command finds nothing to do: a build's source, say. */
export const noPages = (root: string) =>
  new H2PushError("root", `no pages in ${root}`, "pass the directory of a built site");

/** A bare word may have been meant as a command. */
async function noSuchRoot(root: string): Promise<H2PushError> {
  const word = isWord(root);
  const commands = word ? commandsLike(root) : [];
  const hint = word ? "see h2push --help for the commands" : "pass the directory to serve, or run h2push --demo";
  return new H2PushError(
    "root",
    `no such directory${word ? " or command" : ""}: ${root}`,
    didYouMean([...commands, ...(await directoriesLike(root))]) ?? hint,
  );
}

/** What comes behind `h2push cert`. */
const CERT_COMMANDS = ["show", "trust", "untrust"];

/**
 * Refuses a mistyped command before its flags are looked at, which are none of ours.
 *
 * @throws {H2PushError} "root", or "usage" behind `cert` and `help`
 */
export async function checkWords([word, second]: readonly string[]): Promise<void> {
  if (word === "cert" && second !== undefined && !second.startsWith("-")) checkCertCommand(second);
  if (word === undefined || !isWord(word) || isDirectory(word)) return;
  if (word === "help" && second !== undefined && !second.startsWith("-")) checkHelpTopic(second);
  if (COMMANDS.get(word) !== word && commandsLike(word).length > 0) throw await noSuchRoot(word);
}

/** Whether a word is one of our commands. */
export const isCommand = (word: string | undefined) => word !== undefined && COMMANDS.get(word) === word;

/** What is meant for us, and the command behind `--` that runs beside the server. */
export function splitCommand(args: readonly string[]): {
  readonly own: readonly string[];
  readonly command: readonly string[] | undefined;
} {
  const at = isCommand(args[0]) ? -1 : args.indexOf("--");
  return at < 0 ? { own: args, command: undefined } : { own: args.slice(0, at), command: args.slice(at + 1) };
}

function checkCertCommand(word: string): void {
  if (CERT_COMMANDS.includes(word) || word === "help") return;
  const near = closestMatch(word, CERT_COMMANDS);
  const hint = near === undefined ? "see h2push cert --help for its commands" : `did you mean h2push cert ${near}?`;
  throw new H2PushError("usage", `no such command: cert ${word}`, hint);
}

function checkHelpTopic(word: string): void {
  if (isCommand(word)) return;
  const hint = didYouMean(commandsLike(word)) ?? "see h2push --help for the commands";
  throw new H2PushError("usage", `no such command: ${word}`, hint);
}

/** Help and version as words, where there is no directory of that name: what is meant, as flags. */
export function wordsAsFlags(args: readonly string[]): readonly string[] {
  const [first = "", second = "", ...rest] = args;
  if (first === "version" && args.length === 1 && !isDirectory(first)) return ["--version"];
  if (first === "help" && !isDirectory(first)) return [...args.slice(1), "--help"];
  const isHelp = second === "help" && rest.length === 0;
  if (
    isHelp &&
    (first === "cert" || (["manifest", "check", "report", "export", "verify"].includes(first) && !isDirectory(second)))
  )
    return [first, "--help"];
  return args;
}

const isWord = (text: string) => /^\w[\w-]*$/.test(text);

function commandsLike(word: string): string[] {
  const near = closestMatch(word, [...COMMANDS.keys()]);
  return near === undefined ? [] : [`h2push ${COMMANDS.get(near) ?? near}`];
}

/** The directory beside a missing one whose name is most like it, as it would be written. */
async function directoriesLike(path: string): Promise<string[]> {
  const plain = path.replace(/[/\\]+$/, "");
  const entries = await readdir(dirname(plain), { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
  const name = basename(plain);
  const near = closestMatch(name, names);
  return near === undefined ? [] : [plain.slice(0, -name.length) + near];
}

const didYouMean = (meant: readonly string[]) =>
  meant.length === 0 ? undefined : `did you mean ${meant.join(", or ")}?`;
