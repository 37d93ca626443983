/**
 * Tells something once for each key. What is told of may be without end, as
 * names that clients choose are: beyond so many keys, nothing is told any more.
 */
export function tellOnce(tell: (text: string) => void, most = 100): (key: string, text: string) => void {
  const told = new Set<string>();
  return (key, text) => {
    if (told.size >= most || told.has(key)) return;
    told.add(key);
    tell(text);
  };
}
