import { systemCode } from "../errors.js";
import { LruMap } from "../io/lru-map.js";
import { CachedPromise, whenKnown } from "../io/maybe-promise.js";
import type { LookupTarget, Audience, LookedUp, Lookup } from "./lookup.js";
import type { PageLookup } from "./needs-list.js";
import type { PageNeeds, PageRecord } from "./types.js";
import { loopTime } from "../io/loop-time.js";

/** Targets whose answers are kept for a moment: most pages of a site need the same. */
const MAX_TARGETS = 4096;
/** Longer keys are not kept: clients make up paths. */
const MAX_KEY_LENGTH = 8192;

/** What was asked, and answered, at some time. */
interface Recent {
  readonly asked: LookupTarget;
  readonly answer: CachedPromise<LookedUp>;
  readonly at: number;
}

/** What the server would answer to the requests of pages, as long as it is fresh. */
export class RecentLookups {
  readonly #lookup: Lookup;
  readonly #isFresh: (at: number, now: number) => boolean;
  readonly #recent = new LruMap<Recent>(MAX_TARGETS);

  constructor(lookup: Lookup, isFresh: (at: number, now: number) => boolean) {
    this.#lookup = lookup;
    this.#isFresh = isFresh;
  }

  /** What was answered; asked again when the last answer is too old. */
  find(asked: LookupTarget, audience: Audience | undefined): Pick<Recent, "asked" | "answer"> {
    const now = loopTime();
    const key = keyOfAsked(asked, audience);
    const recent = this.#recent.get(key);
    if (recent !== undefined && this.#isFresh(recent.at, now)) return recent;
    const answered = this.#lookup(asked, audience).catch(withoutAnswer);
    const answer = new CachedPromise(answered, () => this.#recent.delete(key));
    const found = { asked: recent?.asked ?? asked, answer, at: now };
    if (key.length <= MAX_KEY_LENGTH) this.#recent.set(key, found);
    return found;
  }

  /** Says the same, and notes it. */
  noting(lookedUp: Map<LookupTarget, LookedUp>, audience: Audience | undefined): PageLookup {
    return (request) => {
      const { asked, answer } = this.find(request, audience);
      return whenKnown(answer.value, (found) => {
        lookedUp.set(asked, found);
        return found;
      });
    };
  }
}

/** Most are for subresources and for everyone: their target is the key. */
function keyOfAsked({ target, navigates }: LookupTarget, audience: Audience | undefined): string {
  const key = navigates ? `document ${target}` : target;
  return audience === undefined ? key : `${key}\n${audience.key}`;
}

function withoutAnswer(error: unknown): LookedUp {
  if (systemCode(error) === undefined) throw error;
  // The system can't look now (EMFILE, EIO): nobody knows.
  return { kind: "other", reason: `can't be looked up (${systemCode(error)})` };
}

/** Says of what is checked what it rests on. */
export function withLookedUp(
  needs: PageNeeds,
  record: PageRecord,
  lookedUp: ReadonlyMap<LookupTarget, LookedUp>,
): PageNeeds {
  const restsOn = Array.from(lookedUp.keys(), (asked) => keyOfAsked(asked, undefined));
  return { ...needs, record: { ...record, restsOn } };
}
