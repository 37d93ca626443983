import { bold, dim, green, red, yellow } from "kleur/colors";
import { H2PushError, systemCode } from "../../errors.js";
import { inAWhile } from "../../io/in-a-while.js";
import { printableLines } from "./printable.js";
import { LineOutput } from "./line-output.js";

const log = new LineOutput(process.stdout, (lines) => {
  const missing = lines === 1 ? "line is" : "lines are";
  printNote(`${lines} ${missing} missing in the log: its reader was too slow`);
});

export function printLine(line: string): void {
  log.flush();
  process.stdout.write(`${line}\n`);
}

/** Prints what people should read where standard output is for programs. */
export function printToStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Prints what the user should know, where a command goes on. */
export function printNote(text: string): void {
  printToStderr(`${yellow("note:")} ${printableLines(text)}`);
}

/** Prints a line of the log: a little later, so that requests are not held up. */
export function logLine(line: string): void {
  log.add(line);
}

/** What was wrong, then what to do. */
export function printError({ message, hint }: Pick<H2PushError, "message" | "hint">): void {
  const told = [message, hint ?? []].flat().map(printableLines);
  process.stderr.write(`${red("error:")} ${told.join("\n")}\n`);
}

/** A failure that the server outlives. Those of a kind are told once in ten seconds, with their number. */
export function printFailure(error: Error): void {
  tellFailure(kindOf(error), error);
}

const tellFailure = inAWhile((error: Error, count) => {
  const times = count === 1 ? "" : ` (and ${count - 1} more like it in the last 10 seconds)`;
  if (error instanceof H2PushError) printError({ message: error.message + times, hint: error.hint });
  else
    process.stderr.write(
      `${red("error:")} ${isSystemError(error) ? error.message : (error.stack ?? error.message)}${times}\n`,
    );
});

/** What the system says (EIO, ENOSPC) is told in its words. Anything else is a bug, and its stack is shown. */
const isSystemError = (error: Error) => "syscall" in error && systemCode(error) !== undefined;

/** Those that differ in a file's name or a number alone are of one kind. */
function kindOf(error: Error): string {
  if (isSystemError(error)) return systemCode(error) ?? "";
  return `${error.name}: ${error.message.replaceAll(/\d+|'[^']*'|"[^"]*"|\/\S*/g, "")}`;
}

export const heading = bold;
export const quiet = dim;
export const warning = yellow;

/** A status in the colour of its class. */
export function colouredStatus(status: number): string {
  if (status >= 500) return red(status);
  if (status >= 400) return yellow(status);
  return status >= 300 ? dim(status) : green(status);
}

/** A size for people: "812 B", "14.2 kB", "3.1 MB" (powers of 1,000). */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_950) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** "1 page", "2 pages". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
