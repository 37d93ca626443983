import { H2PushError, reasonOf, unwritable } from "../errors.js";
import type { Option, OptionValue } from "../server/options/option.js";
import { allOptions } from "./options/cli-options.js";
import { printToStderr, printError, printLine } from "./output/output.js";
import { createProgram } from "./program.js";
import { inOurWords } from "./options/known-flags.js";
import { splitCommand, wordsAsFlags } from "./options/command-words.js";
import { checkWords } from "./options/served-root.js";

/** Exit codes: the user can put it right; wrong usage. */
const FAILED = 1;
const USAGE = 2;

/**
 * The command line. Sets the exit code and resolves when there is nothing
 * left to start; a server runs until it is stopped.
 *
 * @param args without the names of Node and of the program
 */
export async function main(args: readonly string[]): Promise<void> {
  process.stdout.on("error", unwrittenTeller());
  process.stderr.on("error", () => undefined);
  const { own, command } = splitCommand(args);
  const program = createProgram({
    serve: async (root, options) => (await import("./commands/serve.js")).serve(root, options, command),
    manifest: async (root, options) => (await import("./commands/manifest.js")).runManifest(root, options),
    check: async (root, flags) => (await import("./commands/check.js")).runCheck(root, flags),
    report: async (root, flags) => (await import("./commands/report.js")).report(root, flags),
    export: async (root, flags) => (await import("./commands/export.js")).runExport(root, flags),
    verify: async (url, flags) => (await import("./commands/verify.js")).runVerify(url, flags),
    cert: async (options) => (await import("./commands/cert.js")).runCert(options, await certEnvironment(), printLine),
    show: async (file) => (await import("./commands/cert-show.js")).runShow(file, await certEnvironment(), printLine),
    trust: async (options) =>
      (await import("./commands/cert-trust.js")).runTrust(options, await certEnvironment(), printLine),
    untrust: async (options) =>
      (await import("./commands/cert-trust.js")).runUntrust(options, await certEnvironment(), printLine),
  });
  try {
    if (own.join(" ") === "help checks") return (await import("./commands/check.js")).showChecks();
    await checkWords(own);
    await program.parseAsync(wordsAsFlags(await inOurWords(own)), { from: "user" });
  } catch (error) {
    process.exitCode = explain(error, program.args);
  }
}

/** A reader that closes the pipe (`h2push | head`) ends the output, and nothing else; what else goes wrong is told once. */
function unwrittenTeller(): (error: Error) => void {
  let isTold = false;
  return (error) => {
    const code = reasonOf(error);
    if (code === "EPIPE" || isTold) return;
    isTold = true;
    const hint = "make room where it goes, or send it somewhere else";
    printError(unwritable("standard output", error, hint));
    process.exitCode = FAILED;
  };
}

const certEnvironment = async () => (await import("./certificates/cert-environment.js")).certEnvironment();

/**
 * Prints what went wrong, and returns the exit code for it. An unforeseen error keeps its stack.
 *
 * @param words what was given beside flags
 */
function explain(error: unknown, words: readonly string[]): number {
  if (error instanceof H2PushError) {
    printError(error);
    return error.code === "usage" ? USAGE : FAILED;
  }
  if (isCommanderError(error)) {
    const hint = hintFor(error, words);
    if (hint !== undefined) printToStderr(hint);
    return error.exitCode === 0 ? 0 : USAGE;
  }
  throw error;
}

/** What to do about a mistake that commander has told of. */
function hintFor(
  { code, message }: { readonly code: string; readonly message: string },
  words: readonly string[],
): string | undefined {
  switch (code) {
    case "commander.optionMissingArgument":
      return missingValue(message);
    case "commander.unknownOption":
      if (message.includes("Did you mean")) return undefined;
      return "h2push --help-all lists every flag, and --help behind a command those of the command";
    case "commander.excessArguments":
      return `given: ${words.join(" ")}; a name with spaces in it goes in quotes; each value stands behind its flag`;
    case "commander.missingArgument":
      return "--help behind the command says what it takes";
    default:
      return undefined;
  }
}

/** What the option takes whose value is missing, as commander says in quotes. */
function missingValue(message: string): string {
  const flags = /'(.+)'/.exec(message)?.[1] ?? "";
  const option = Object.values<Option<OptionValue>>(allOptions).find((known) => known.flags === flags);
  const [flag = ""] = flags.split(/[, ]/);
  if (option?.example !== undefined) return `for example ${flag} ${option.example}`;
  return option === undefined ? "see --help for what it takes" : `${flags.replace(/^.*, /, "")}: ${option.description}`;
}

/** Commander has printed its error already. Told by its shape: for `instanceof` its class would have to be loaded. */
function isCommanderError(error: unknown): error is Error & { readonly code: string; readonly exitCode: number } {
  return (
    error instanceof Error && "code" in error && String(error.code).startsWith("commander.") && "exitCode" in error
  );
}
