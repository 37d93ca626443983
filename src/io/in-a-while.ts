/** How long nothing more is told of a kind (milliseconds). */
const WHILE_MS = 10_000;

/** Kinds that are told apart at a time. */
const MAX_KINDS = 100;

/**
 * Tells the first of a kind at once, and the last of those that follow within
 * ten seconds when these are over, with their number: what goes wrong with
 * each request of a busy server is one line.
 */
export function inAWhile<T>(tell: (one: T, count: number) => void): (kind: string, one: T) => void {
  const held = new Map<string, { last: T; count: number }>();
  return (kind, one) => {
    const known = held.get(kind);
    if (known !== undefined) Object.assign(known, { last: one, count: known.count + 1 });
    if (known !== undefined || held.size >= MAX_KINDS) return;
    const repeats = { last: one, count: 0 };
    held.set(kind, repeats);
    setTimeout(() => {
      held.delete(kind);
      if (repeats.count > 0) tell(repeats.last, repeats.count);
    }, WHILE_MS).unref();
    tell(one, 1);
  };
}
