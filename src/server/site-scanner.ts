import type { Locate, Scanner } from "../manifest/scanner.js";
import type { FileTree } from "../static/tree.js";

/** The scanner of a tree. Its code is loaded when the first page is scanned: start-up does not wait for it. */
export function siteScanner(tree: FileTree): Scanner {
  let loading: Promise<Scanner> | undefined;
  const load = () =>
    (loading ??= import("../manifest/scanner.js").then(({ createScanner }) =>
      createScanner({ locate: locateIn(tree) }),
    ));
  return { page: async (...page) => (await load()).page(...page) };
}

/** The files of a tree, for the scanner. */
export function locateIn(tree: FileTree): Locate {
  return async (pathname) => {
    const found = await tree.find(pathname);
    return found.kind === "file" ? found : undefined;
  };
}
