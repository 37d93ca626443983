import { readdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { H2PushError, hasSystemCode } from "../../errors.js";
import { checkRoot } from "../../server/files/root.js";
import { isDirectory } from "../../io/disk/is-directory.js";
import { closestMatch } from "../../io/text/closest-match.js";
import { checkCertCommand, checkHelpTopic, commandsLike, didYouMean, isCommand, isWord } from "./command-words.js";

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
    const missing = hasSystemCode(error.cause, "ENOENT", "ENOTDIR");
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

/**
 * Refuses a mistyped command before its flags are looked at, which are none of ours.
 *
 * @throws {H2PushError} "root", or "usage" behind `cert` and `help`
 */
export async function checkWords([word, second]: readonly string[]): Promise<void> {
  if (word === "cert" && second !== undefined && !second.startsWith("-")) checkCertCommand(second);
  if (word === undefined || !isWord(word) || isDirectory(word)) return;
  if (word === "help" && second !== undefined && !second.startsWith("-")) checkHelpTopic(second);
  if (!isCommand(word) && commandsLike(word).length > 0) throw await noSuchRoot(word);
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
