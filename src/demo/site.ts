import { fileURLToPath } from "node:url";

/** The directory that `h2push --demo` serves; it ships with the package. */
export const demoSite = fileURLToPath(new URL("../../examples/site", import.meta.url));
