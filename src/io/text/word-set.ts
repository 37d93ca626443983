/** The words of a text: a long list of names is read and compared more easily in lines. */
export function wordSet(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
