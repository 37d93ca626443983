/** Where escape sequences go: a terminal, or something else that shows them as they are. */
export interface TerminalOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Has the terminal put a text into the clipboard (OSC 52, xterm's "Manipulate
 * Selection Data"): over SSH too, as the terminal is where the user sits. It
 * does not answer, and some terminals do not take it.
 *
 * @returns what was done, as a sentence for the user
 */
export function copyToClipboard(text: string, output: TerminalOutput): string {
  if (output.isTTY !== true || process.env["TERM"] === "dumb")
    return `${text} was not copied: only a terminal does that, and standard output is none`;
  output.write(`\u001B]52;c;${Buffer.from(text).toString("base64")}\u0007`);
  return `asked the terminal to copy ${text} (some ignore that)`;
}
