// Runs every benchmark beside this file, one after another: `npm run bench`, or with names: `npm run bench -- start`.
// What begins with a hyphen, and all after it, is for the benchmark: `npm run bench -- paint --pages 4`.
import { readdir } from "node:fs/promises";

const words = process.argv.slice(2);
const end = words.findIndex((word) => word.startsWith("-"));
const names = end === -1 ? words : words.slice(0, end);
const options = end === -1 ? [] : words.slice(end);
const files = (await readdir(new URL(".", import.meta.url))).filter((file) => file.endsWith(".bench.js")).sort();
for (const file of files) {
  if (names.length > 0 && !names.includes(file.replace(".bench.js", ""))) continue;
  console.log(`\n${file}`);
  const { bench } = await import(new URL(file, import.meta.url).href);
  await bench?.(options);
}
