import { readdir } from "node:fs/promises";

/** Runs every bench beside it, one after another: `node test/bench/run.js [NAME …]`. */
const names = process.argv.slice(2);
for (const file of (await readdir(import.meta.dirname)).sort()) {
  if (!file.endsWith(".bench.js")) continue;
  const name = file.slice(0, -".bench.js".length);
  if (names.length > 0 && !names.includes(name)) continue;
  console.log(`\n# ${name}`);
  const { bench } = await import(`./${file}`);
  await bench();
}
