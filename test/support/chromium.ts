import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The path of a Chromium or Chrome on this machine, or undefined; tests that need it are skipped aloud otherwise. */
export const chromiumPath: string | undefined = ["chromium", "chromium-browser", "google-chrome"]
  .flatMap((name) => (process.env["PATH"] ?? "").split(delimiter).map((directory) => join(directory, name)))
  .find((path) => existsSync(path));
