import { mkdtemp, rm } from "node:fs/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const project = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Modules of ours, each with all that it imports of ours, for a process of its
 * own: what is published has only the library and the program.
 *
 * @param input paths of modules below `src`, by the names of the files that are made of them
 * @returns where they are (a URL with a slash at its end), and what removes them again
 */
export async function bundleModules(input) {
  // Below the project, where the packages are that they import.
  const directory = await mkdtemp(`${project}node_modules/.h2push-modules-`);
  const bundle = await rolldown({
    cwd: project,
    input: Object.fromEntries(Object.entries(input).map(([name, module]) => [name, `src/${module}`])),
    platform: "node",
    external: /^[@a-z]/,
    logLevel: "warn",
  });
  await bundle.write({ dir: directory, chunkFileNames: "[name].js" });
  await bundle.close();
  return { url: pathToFileURL(`${directory}/`).href, remove: () => rm(directory, { recursive: true, force: true }) };
}
