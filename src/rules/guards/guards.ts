import { pathOf } from "../../io/request-target.js";
import { foldedPath, fileNames, namesOf, readingsOf } from "./guarded-path.js";
import type { HeaderRule } from "../headers/headers-file.js";
import { RuleTarget, type UrlPattern } from "../pattern.js";
import { PatternIndex } from "../pattern-index.js";

/** A rule that asks for a password. */
interface Guard {
  readonly source: UrlPattern;
  readonly order: number;
  readonly credentials: readonly string[];
}

/** What is asked for: the target of a request, or the URL path of the file that would answer it. */
export type Guarded = { readonly target: string } | { readonly file: string };

/** The rules that ask for a name and a password: most sites have none. */
export class Guards {
  readonly #guards: readonly Guard[];
  readonly #exact: PatternIndex<Guard>;
  /** For those who write a path in another case. */
  readonly #folded: PatternIndex<Guard>;

  constructor(rules: readonly HeaderRule[]) {
    this.#guards = rules.flatMap(({ source, credentials }, order) =>
      credentials === undefined ? [] : [{ source, order, credentials }],
    );
    this.#exact = new PatternIndex(this.#guards);
    this.#folded = new PatternIndex(this.#guards.map((guard) => ({ ...guard, source: guard.source.with(foldedPath) })));
  }

  get size(): number {
    return this.#guards.length;
  }

  /** Whether any of them looks at the host. */
  get namesHosts(): boolean {
    return this.#exact.namesHosts;
  }

  /** The pairs of which a request has to bring one; undefined where everyone may come in, none where nobody may. */
  wanted(asked: Guarded, authority: string): readonly string[] | undefined {
    const [first, ...others] = this.#byReading(asked, authority);
    return first?.filter((pair) => others.every((pairs) => pairs.includes(pair)));
  }

  /** Whether other rules no longer ask for all that these ask for, or take for it what was meant for another path. */
  loosenedBy(next: Guards | undefined): boolean {
    const before = this.#bySource();
    const after = next === undefined ? new Map<string, ReadonlySet<string>>() : next.#bySource();
    const known = new Set([...before.values()].flatMap((pairs) => [...pairs]));
    for (const [source, pairs] of before) {
      const now = after.get(source);
      if (now === undefined) return true;
      for (const pair of now) if (!pairs.has(pair) && known.has(pair)) return true;
    }
    return false;
  }

  #bySource(): Map<string, ReadonlySet<string>> {
    return new Map(this.#guards.map(({ source, credentials }) => [source.source, new Set(credentials)]));
  }

  /** One list for each reading of what is asked for: a request has to satisfy them all. */
  #byReading(asked: Guarded, authority: string): readonly (readonly string[])[] {
    if (this.#guards.length === 0) return [];
    const readings =
      "file" in asked ? [fileNames(asked.file)] : readingsOf(pathOf(asked.target)).map((path) => namesOf(path));
    return readings.flatMap((names) => {
      const guard = last(this.#exact, names, authority) ?? last(this.#folded, names.map(foldedPath), authority);
      return guard === undefined ? [] : [guard.credentials];
    });
  }
}

/** Of several rules the last counts: it speaks of less. */
function last(index: PatternIndex<Guard>, names: readonly string[], authority: string): Guard | undefined {
  let found: Guard | undefined;
  for (const name of names) {
    for (const { rule } of index.matching(new RuleTarget(authority, name))) {
      if (found === undefined || rule.order > found.order) found = rule;
    }
  }
  return found;
}
