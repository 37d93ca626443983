// Runs every benchmark beside this file, one after another: `npm run bench`, or with names: `npm run bench -- start`.
import { readdir } from "node:fs/promises";

const names = process.argv.slice(2);
const files = (await readdir(new URL(".", import.meta.url))).filter((file) => file.endsWith(".bench.js")).sort();
for (const file of files) {
  if (names.length > 0 && !names.includes(file.replace(".bench.js", ""))) continue;
  console.log(`\n${file}`);
  const { bench } = await import(new URL(file, import.meta.url).href);
  await bench?.();
}
