import { isValidator } from "./headers/fields.js";
import { parseHeaders, type HeaderRule } from "./headers/headers-file.js";
import { Guards } from "./guards/guards.js";
import type { LineError } from "./rule-lines.js";
import { PatternIndex } from "./pattern-index.js";
import type { RuleAction, RuleRequest } from "./redirects/redirect.js";
import { parseRedirects, type RedirectRule } from "./redirects/redirects-file.js";
import { Rewritten } from "./redirects/rewritten-pages.js";

export type { RuleAction, RuleRequest };

/** What a rule file says, and what is wrong with it. */
export interface ReadRules<T> {
  readonly rules: T;
  readonly errors: readonly LineError[];
  readonly notices: readonly LineError[];
}

export interface HeaderRules {
  readonly all: PatternIndex<HeaderRule>;
  readonly guards: Guards;
  /** Whether any of them sets what conditions are about. */
  readonly setsValidators: boolean;
}

export interface RedirectRules {
  readonly all: PatternIndex<RedirectRule>;
  /** Whether any of them looks at fields of the request. */
  readonly hasConditions: boolean;
  readonly rewritten: Rewritten;
}

/** The rules of a `_headers` file. */
export function readHeaders(content: string): ReadRules<HeaderRules> {
  const { rules, errors } = parseHeaders(content);
  const indexed = {
    all: new PatternIndex(rules),
    guards: new Guards(rules),
    setsValidators: rules.some(({ fields }) => fields.some(isValidator)),
  };
  return { rules: indexed, errors: byLine(errors), notices: [] };
}

/** The rules of a `_redirects` file. */
export function readRedirects(content: string): ReadRules<RedirectRules> {
  const { rules, errors, notices } = parseRedirects(content);
  const indexed = {
    all: new PatternIndex(rules),
    hasConditions: rules.some(({ conditions }) => conditions.length > 0),
    rewritten: new Rewritten(rules),
  };
  return { rules: indexed, errors: byLine(errors), notices };
}

const byLine = (errors: readonly LineError[]) => errors.toSorted((a, b) => a.line - b.line);
