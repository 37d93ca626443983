import { readLearnFile } from "../../learn/learn-file.js";
import { Learner } from "../../learn/learner.js";
import type { Lookup } from "../../scanner/lookup.js";
import type { Scanner } from "../../scanner/scanner.js";

/**
 * A scanner that adds what a server has learned and kept in a file.
 *
 * @param notice told what the user should know of
 * @throws {H2PushError} "manifest" when the file can't be read or is none of ours
 */
export async function learnedScanner(
  scanner: Pick<Scanner, "page">,
  file: string,
  lookup: Lookup,
  notice: (text: string) => void,
): Promise<Pick<Scanner, "page">> {
  const kept = { learned: await readLearnFile(file), write: () => {}, close: async () => {} };
  const report = ({ message }: Error) => notice(message);
  const learner = new Learner({ lookup, file: kept, notice, report, judges: false });
  return {
    page: async (pathname, page, context) =>
      learner.explain({ pathname, file: page, needs: await scanner.page(pathname, page, context), rules: 0 }),
  };
}
