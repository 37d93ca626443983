/** A part of the first side's figure that nobody sees. */
const TOLERANCE = 0.03;
const RESAMPLES = 2000;

/**
 * The 95 % bootstrap interval of the mean (percentiles of resampled means).
 * The resamples are the same each time, so that the same figures give the same verdict.
 */
export function interval(numbers) {
  const random = randomFrom(1);
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(numbers.map(() => numbers[Math.floor(random() * numbers.length)])),
  ).sort((a, b) => a - b);
  return [means[Math.floor(RESAMPLES * 0.025)], means[Math.ceil(RESAMPLES * 0.975) - 1]];
}

/** Whether the second of each pair is surely more than the tolerance above the first. */
export function isSlower(pairs) {
  const [least] = interval(pairs.map(([first, second]) => second - first));
  return least > TOLERANCE * mean(pairs.map(([first]) => first));
}

/** Mulberry32: numbers from 0 to 1 that are the same for the same seed. */
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
