/** A part of a pattern without splat: text to be there as it is, or the name of a placeholder. */
export type Piece = { readonly text: string } | { readonly name: string };

/** What placeholders and the splat stand for, by name; canonical, in the encoding of paths. */
export type Captures = Map<string, string>;

/** The placeholders that hosts and formats agree on: a colon, a letter, letters, digits and underscores. */
const PLACEHOLDER = /:([a-z]\w*)/gi;

/** Takes text with placeholders apart. */
export function piecesOf(text: string, write: (text: string) => string): readonly Piece[] {
  return text.split(PLACEHOLDER).flatMap((part, index): Piece[] => {
    if (index % 2 === 1) return [{ name: part }];
    return part === "" ? [] : [{ text: write(part) }];
  });
}

/**
 * Matches pieces against the beginning of `input`; what they end at, or
 * undefined. A placeholder takes one character at least and none of `stop`,
 * and as few as it can: what comes first is tried and nothing twice, and still
 * no match is missed, as no placeholder can gain from a later start.
 *
 * @param whole the pieces have to take all of the input
 */
export function matchPieces(
  pieces: readonly Piece[],
  input: string,
  stop: string,
  whole: boolean,
  captures: Captures,
): number | undefined {
  let at = 0;
  for (let index = 0; index < pieces.length; index++) {
    const piece = pieces[index];
    if (piece === undefined) break;
    if ("text" in piece) {
      if (!input.startsWith(piece.text, at)) return undefined;
      at += piece.text.length;
      continue;
    }
    const next = pieces[index + 1];
    const last = whole && index >= pieces.length - 2;
    const end = endOfPlaceholder(input, at, stop, next !== undefined && "text" in next ? next.text : undefined, last);
    if (end === undefined) return undefined;
    captures.set(piece.name, input.slice(at, end));
    at = end;
  }
  return whole && at !== input.length ? undefined : at;
}

/** Where a placeholder ends: before the text that follows it, or with its segment. */
function endOfPlaceholder(
  input: string,
  at: number,
  stop: string,
  next: string | undefined,
  last: boolean,
): number | undefined {
  const stopped = input.indexOf(stop, at);
  const limit = stopped === -1 ? input.length : stopped;
  if (limit === at) return undefined;
  if (next === undefined) return limit;
  // The last text has to stand at the end, whatever stands before it.
  const end = last ? input.length - next.length : foundIn(input, next, at + 1, limit);
  return end > at && end <= limit ? end : undefined;
}

/** Looks no further than the segment: the rest of a long path is none of this placeholder's business. */
function foundIn(input: string, text: string, from: number, limit: number): number {
  return input.slice(0, limit + text.length).indexOf(text, from);
}
