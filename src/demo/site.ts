import { createRequire } from "node:module";
import { dirname, join } from "node:path";

// By its own name, as the program is bundled: where a module's file lies says nothing of where the package is.
const examples = join(dirname(createRequire(import.meta.url).resolve("h2push/package.json")), "examples");

/** The directory that `h2push --demo` serves; it ships with the package. */
export const demoSite = join(examples, "site");

/** The site that the demo loads over a slow network; it ships with the package. */
export const sampleSite = join(examples, "deep");

/** What the demo's chat knows, in a file for each language. */
export const answersDirectory = join(examples, "answers");
