/** What others have named or sent must not write to the terminal as it likes, nor begin a line of its own. */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
export const printable = (text: string) => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "?");

/** The same for a text of several lines. */
export const printableLines = (text: string) => text.split("\n").map(printable).join("\n");
