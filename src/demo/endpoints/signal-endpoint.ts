/** Periods in samples, and how much each wave adds; together they stay within -1 and 1. */
const WAVES = [
  { period: 89, height: 0.5 },
  { period: 34, height: 0.3 },
  { period: 13, height: 0.2 },
];

/**
 * The demo's signal at one sample, from -1 to 1. It follows from the number
 * alone, so a stream that resumes goes on where it was, and none has to be kept.
 */
export function signal(sample: number): number {
  const sum = WAVES.reduce((sum, { period, height }) => {
    // The remainder keeps the angle small: sin loses its precision with large ones.
    return sum + height * Math.sin((2 * Math.PI * (sample % period)) / period);
  }, 0);
  return Math.round(sum * 10_000) / 10_000;
}

/** Whether the signal is at a high here: above both its neighbours, and well above the middle. */
export function isPeak(sample: number): boolean {
  const value = signal(sample);
  return value > 0.5 && value > signal(sample - 1) && value >= signal(sample + 1);
}
