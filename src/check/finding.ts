import type { Position } from "../scanner/types.js";
import type { RuleName } from "./rules/table.js";

/** One thing that is wrong, and where. */
export interface Finding extends Position {
  readonly rule: RuleName;
  /** Relative to the root, with slashes. */
  readonly file: string;
  /** A sentence in lower case: what is wrong here. */
  readonly message: string;
  /** URL path of the page that it was found for; undefined for a rule file. */
  readonly page?: string;
}

/** It holds only where no script, stylesheet or data of the site mentions the file. */
export interface Suspicion {
  readonly finding: Finding;
  /** URL path of the file. */
  readonly pathname: string;
}
