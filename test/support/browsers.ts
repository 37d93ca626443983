import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

function find(...names: readonly string[]): string | undefined {
  const directories = (process.env["PATH"] ?? "").split(delimiter);
  return names
    .flatMap((name) => directories.map((directory) => join(directory, name)))
    .find((path) => existsSync(path));
}

/** Browsers on this machine, or undefined; tests that need one are skipped aloud otherwise. */
export const chromiumPath = find("chromium", "chromium-browser", "google-chrome");
export const firefoxPath = find("firefox-esr", "firefox");

if (chromiumPath === undefined) console.warn("skipped: Chromium (not in PATH)");
if (firefoxPath === undefined) console.warn("skipped: Firefox (not in PATH)");
