/** The text of a file beside the code. vitest reads it so by itself, rolldown by a plugin of ours. */
declare module "*?raw" {
  const text: string;
  export default text;
}
