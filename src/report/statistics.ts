/** The median, and the quartiles on both sides of it. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** @param numbers at least one */
export function spreadOf(numbers: readonly number[]): Spread {
  const sorted = numbers.toSorted((a, b) => a - b);
  const at = (part: number) => {
    const place = part * (sorted.length - 1);
    const below = sorted[Math.floor(place)] ?? Number.NaN;
    const above = sorted[Math.ceil(place)] ?? Number.NaN;
    return below + (above - below) * (place - Math.floor(place));
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/**
 * How likely two samples are at least this far apart when nothing but chance
 * separates them: the exact permutation test of rank sums
 * (Wilcoxon–Mann–Whitney, both sides). A single outlier counts as one rank,
 * however far out it is.
 */
export function rankTest(first: readonly number[], second: readonly number[]): number {
  const ranks = doubledRanks([...first, ...second]);
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const observed = ranks.slice(0, first.length).reduce((sum, rank) => sum + rank, 0);
  const expected = (total * first.length) / ranks.length;
  const distance = Math.abs(observed - expected);
  const counts = sumsOf(ranks, first.length, total);
  let all = 0;
  let beyond = 0;
  for (const [sum, count] of counts.entries()) {
    all += count;
    if (Math.abs(sum - expected) >= distance - 1e-9) beyond += count;
  }
  return beyond / all;
}

/** Twice the rank of each number; equal ones share theirs. */
function doubledRanks(numbers: readonly number[]): readonly number[] {
  const sorted = numbers.toSorted((a, b) => a - b);
  return numbers.map((number) => sorted.indexOf(number) + sorted.lastIndexOf(number) + 2);
}

/** In how many ways `size` of the ranks have each sum. */
function sumsOf(ranks: readonly number[], size: number, total: number): readonly number[] {
  const ways = Array.from({ length: size + 1 }, () => Array.from({ length: total + 1 }, () => 0));
  const none = ways[0];
  if (none !== undefined) none[0] = 1;
  for (const rank of ranks) {
    for (let taken = size; taken > 0; taken--) addShifted(ways[taken] ?? [], ways[taken - 1] ?? [], rank);
  }
  return ways[size] ?? [];
}

function addShifted(to: number[], from: readonly number[], by: number): void {
  for (let sum = by; sum < to.length; sum++) to[sum] = (to[sum] ?? 0) + (from[sum - by] ?? 0);
}
