/** The word that was probably meant: one with few letters changed, whatever its case and its dashes. */
export function closestMatch(word: string, known: readonly string[]): string | undefined {
  const given = plain(word);
  const limit = Math.max(1, Math.floor(given.length / 3));
  const [best] = known
    .map((name) => ({ name, far: distance(given, plain(name)) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far);
  return best?.name;
}

const plain = (word: string) => word.toLowerCase().replaceAll(/[-_]/g, "");

/** How many letters have to be put in, taken out, changed or swapped with the next (Damerau, Levenshtein). */
function distance(from: string, to: string): number {
  let [twoAbove, above]: number[][] = [[], Array.from({ length: to.length + 1 }, (_, at) => at)];
  for (let line = 1; line <= from.length; line++) {
    const row = [line];
    for (let at = 1; at <= to.length; at++) {
      const same = from[line - 1] === to[at - 1];
      const swapped = from[line - 1] === to[at - 2] && from[line - 2] === to[at - 1];
      const ways = [cost(above, at) + 1, cost(row, at - 1) + 1, cost(above, at - 1) + (same ? 0 : 1)];
      row.push(Math.min(...ways, swapped ? cost(twoAbove, at - 2) + 1 : Infinity));
    }
    [twoAbove, above] = [above, row];
  }
  return cost(above, to.length);
}

const cost = (row: readonly number[] | undefined, at: number) => row?.[at] ?? Infinity;
