import type { Delivery } from "../../delivery/history.js";
import type { Load, Timing } from "./load.js";

/** One file of a load, and how the client came to know of it. */
export interface Row extends Timing {
  /** "found": nobody told the client, it came upon the file by itself. */
  readonly means: "page" | "push" | "hint" | "link" | "found";
  /** What refers to the file: "stylesheet in /". */
  readonly why?: string;
  /** How often the client asked for it; 0 for what was pushed. */
  readonly asked: number;
}

/** A load, file by file. */
export interface Waterfall {
  /** Milliseconds, as the times of a row. */
  readonly connected: number;
  /** The last byte of all (milliseconds). */
  readonly total: number;
  readonly rows: readonly Row[];
}

/** What the server knows of a load. */
export interface ServerSide {
  readonly delivery: Delivery | undefined;
  /** How often each target was asked for. */
  readonly asked: ReadonlyMap<string, number>;
  /** For each target, what makes the page need it. */
  readonly why: ReadonlyMap<string, string>;
}

/** Joins what a client measured and what the server did; rows in the order in which the client knew of them. */
export function waterfall({ connected, page, assets }: Load, server: ServerSide): Waterfall {
  const row = (timing: Timing, means: Row["means"]): Row => {
    const why = server.why.get(timing.target);
    return { ...timing, means, asked: server.asked.get(timing.target) ?? 0, ...(why === undefined ? {} : { why }) };
  };
  const rows = [row(page, "page"), ...assets.map((asset) => row(asset, meansOf(asset, page, server.delivery)))];
  return {
    connected,
    total: Math.max(...rows.map(({ end }) => end)),
    rows: rows.toSorted((a, b) => a.start - b.start),
  };
}

/** A hint counts where it was taken: a browser that ignored it asks only when the page itself has come. */
function meansOf({ target, start }: Timing, page: Timing, delivery: Delivery | undefined): Row["means"] {
  const means = delivery?.targets.filter((delivered) => delivered.target === target).map(({ means }) => means);
  if (means?.includes("push") === true) return "push";
  if (means?.includes("hint") === true && start < page.first) return "hint";
  return means?.includes("link") === true ? "link" : "found";
}
