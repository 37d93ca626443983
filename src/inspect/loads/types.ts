/** How a target came: it is the page, the client found it, an announcement named it, or it was pushed. */
export type Means = "page" | "found" | "link" | "hint" | "push";

/** How a response ended. "gone": its connection has ended before. */
export type Outcome = "open" | "complete" | "reset" | "gone";

/** A request of a load, or a promise. Times are milliseconds since its load's connection began. */
export interface InspectedRequest {
  /** Number of its stream; 0 over HTTP/1.1. */
  readonly stream: number;
  /** Number of its connection: over HTTP/1.1 a load takes several. */
  readonly connection: number;
  readonly method: string;
  readonly target: string;
  /** What the client says has asked for it (`referer`), without the origin where that is ours; "" when it says nothing. */
  readonly by: string;
  readonly means: Means;
  /** Observation has added it to what the page goes with. */
  readonly learned: boolean;
  /** It is one that this load has asked for before. */
  readonly again: boolean;
  /** Urgency, from 0, and whether it shares the line (RFC 9218 §4). */
  readonly urgency: number;
  readonly incremental: boolean;
  /** When it arrived, or was promised. */
  readonly start: number;
  /** When the fields of its response left; absent until then. */
  readonly first?: number;
  /** When its response had ended; absent until then. */
  readonly end?: number;
  /** 0 until it is answered. */
  readonly status: number;
  /** Content bytes of the response that were sent. */
  readonly bytes: number;
  /** Content coding; "" for none. */
  readonly encoding: string;
  /** Media type. */
  readonly type: string;
  readonly outcome: Outcome;
  /** Error code of a reset. */
  readonly code?: string;
}

/** What was done for one target of the page, or why nothing was. */
export interface InspectedTarget {
  readonly target: string;
  readonly as: string;
  readonly bytes: number;
  readonly means: "push" | "hint" | "link" | "skipped";
  readonly reason?: string;
  readonly by?: "traffic" | "browser";
}

/** One load of a page, as it is told. Times are milliseconds since its connection began. */
export interface InspectedLoad {
  readonly id: number;
  readonly page: string;
  readonly authority: string;
  readonly connection: number;
  readonly protocol: "h2" | "http/1.1";
  readonly client: string;
  /** When the page was asked for: milliseconds since the epoch. */
  readonly time: number;
  readonly start: number;
  /** When a 103 left; absent without one. */
  readonly hint?: number;
  /** Nothing was under way for two seconds. */
  readonly isOver: boolean;
  readonly requests: readonly InspectedRequest[];
  /** Requests beyond those that are kept. */
  readonly omitted: number;
  /** What was decided for each target that the page is known to need. */
  readonly targets: readonly InspectedTarget[];
  /** Targets that were asked for though nothing named them: what is learned from, if others may see them. */
  readonly unlisted: readonly string[];
  /** Targets that were sent whole more than once. */
  readonly twice: readonly string[];
  /** Targets that were announced and not asked for: the client has them, or has no use for them. Only when it is over. */
  readonly unused: readonly string[];
}

/** A connection, as it is told. */
export interface InspectedConnection {
  readonly id: number;
  readonly protocol: "h2" | "http/1.1";
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly client: string;
  readonly isOpen: boolean;
  /** Requests under way, promised streams with them. */
  readonly open: number;
  /** Requests that it has carried. */
  readonly begun: number;
  /** SETTINGS of both sides; absent over HTTP/1.1. */
  readonly settings?: { readonly client: Settings; readonly server: Settings };
  /** Windows of the connection: what the server may send, and the client (bytes). */
  readonly windows?: { readonly server: number; readonly client: number };
  /** Who has said goodbye (RFC 9113 §6.8). */
  readonly goaway?: { readonly from: "client" | "server"; readonly code?: string; readonly lastStream?: number };
  /** Frames that were read; absent for a connection that began when nobody looked. */
  readonly frames?: number;
  /** Frames that were read and are not kept. */
  readonly framesOmitted?: number;
}

export type Settings = Readonly<Record<string, number>>;
