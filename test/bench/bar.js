/** Prints a measured figure beside its bar; one that misses it makes the run fail. */
export function report({ name, value, atMost, atLeast, skipped }) {
  if (skipped !== undefined) return console.log(`  skipped  ${name}: ${skipped}`);
  const holds = (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
  if (!holds) process.exitCode = 1;
  const bars = [atMost === undefined ? "" : `at most ${atMost}`, atLeast === undefined ? "" : `at least ${atLeast}`];
  const figure = Number.isInteger(value) ? value : value.toFixed(3);
  console.log(`  ${holds ? "holds" : "MISSED"}  ${name}: ${figure}  ${bars.filter(Boolean).join(", ")}`);
}

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
