import type { Delivery } from "../../delivery/history.js";
import type { Load, Timing } from "./load.js";

/** One request as the server saw it, on the clock of the client that sent it: from its sending to its last byte. */
export interface Ask {
  readonly start: number;
  readonly end: number;
}

/** One file of a load, and how the client came to know of it. */
export interface Row extends Timing {
  /** "found": the client found the file without being told. */
  readonly means: "page" | "push" | "hint" | "link" | "found";
  /** What refers to the file: "stylesheet in /". */
  readonly reason?: string;
  /** It was asked for once before, and what came was not used. */
  readonly vain?: Ask;
}

/** A load, file by file. */
export interface Waterfall {
  /** The last byte of all (milliseconds since the page was asked for). */
  readonly total: number;
  /** In the order in which the client knew of them. */
  readonly rows: readonly Row[];
}

/** What the server knows of a load. */
export interface ServerSide {
  readonly delivery: Delivery | undefined;
  /** The requests for each target, in their order. */
  readonly asks: ReadonlyMap<string, readonly Ask[]>;
  /** For each target, what makes the page need it. */
  readonly reasons: ReadonlyMap<string, string>;
}

/** Joins what a client measured and what the server did. */
export function waterfall({ page, assets }: Load, server: ServerSide): Waterfall {
  const rows = [{ ...page, means: "page" } as const, ...assets.map((asset) => row(asset, page, server))];
  return { total: Math.max(...rows.map(({ end }) => end)), rows: rows.toSorted((a, b) => a.start - b.start) };
}

function row(asset: Timing, page: Timing, { delivery, asks, reasons }: ServerSide): Row {
  const { target } = asset;
  const [first, again] = asks.get(target) ?? [];
  const means = delivery?.targets.filter((delivered) => delivered.target === target).map(({ means }) => means) ?? [];
  const reason = reasons.get(target);
  const known = reason === undefined ? asset : { ...asset, reason };
  if (means.includes("push")) return { ...known, means: "push" };
  // A browser measures of a hinted file only how it took it from its cache: the server saw it come and go.
  const early = means.includes("hint") && first !== undefined && first.start < page.first;
  if (early && again === undefined) {
    return { ...known, means: "hint", start: first.start, first: Math.min(asset.first, first.end), end: first.end };
  }
  const vain = first === undefined || again === undefined ? {} : { vain: first };
  return { ...known, ...vain, means: means.includes("link") ? "link" : "found" };
}
