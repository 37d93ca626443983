/** A text as one word of a shell; a path of Windows stays as it is. */
export function shellWord(text: string): string {
  const isPlain = /^(?:[\w@%+=:,./-]+|[A-Z]:\\[\w.\\-]+)$/i.test(text);
  return isPlain ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
