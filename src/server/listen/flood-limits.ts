import { RateLimit } from "../../io/rate-limit.js";

/**
 * So many of its requests may a client reset, or have reset by what it does
 * wrong, at once, and so many more with each second. A browser that leaves a
 * page or moves a map cancels some hundred.
 */
const BURST_RESETS = 400;
const RESETS_PER_SECOND = 20;
/** So few say nothing of a client. */
const UNSUSPECTED_RESETS = 10;

/** Changes of a client's settings, at once and with each second. */
const BURST_SETTINGS = 200;
const SETTINGS_PER_SECOND = 20;

/**
 * What a client may send between two looks beside requests, their content and
 * what it says of responses (bytes). Frames are not counted: to listen to PING
 * costs more than to answer it.
 */
const FLOOD_BYTES = 300_000;
/** The fields of a request, at most: SETTINGS_MAX_HEADER_LIST_SIZE as Node has it (bytes). */
const MAX_FIELD_BYTES = 65_536;
/** A client that takes a response opens its windows again: at most one byte for so many of the response. */
const RESPONSE_BYTES_PER_BYTE = 4;

/** What has come over a connection since it began. */
export interface Received {
  /** Bytes in each direction. */
  readonly received: number;
  readonly sent: number;
  readonly requests: number;
  /** The content of a request is on its way now. */
  readonly isUploading: boolean;
}

/** How much a client may send of what brings nothing; beyond that, its connection is ended (RFC 9113 §10.5). */
export class FloodLimits {
  /** Some streams have come to nothing by a reset. */
  resetsOften = false;
  /** A limit was exceeded: the connection ends for that. */
  isOver = false;
  readonly #resets = new RateLimit(BURST_RESETS, RESETS_PER_SECOND);
  readonly #settings = new RateLimit(BURST_SETTINGS, SETTINGS_PER_SECOND);
  #hasUploaded = false;
  #last: Received = { received: 0, sent: 0, requests: 0, isUploading: false };

  /** Counts a request that came to nothing by a reset; true when the limit is exceeded for the first time. */
  countReset(): boolean {
    const left = takeOne(this.#resets);
    this.resetsOften = left < BURST_RESETS - UNSUSPECTED_RESETS;
    if (left >= 0 || this.isOver) return false;
    return (this.isOver = true);
  }

  /** Counts a SETTINGS frame, which has to be answered; true beyond the limit. */
  countSettings(): boolean {
    return this.#note(takeOne(this.#settings) < 0);
  }

  /** Counts a request that has content: that may have any size. */
  countUpload(): void {
    this.#hasUploaded = true;
  }

  /** Whether more has come since the last call than requests, and what is said of responses, explain; false where it may be content. */
  countBytes(now: Received): boolean {
    const last = this.#last;
    const mayBeContent = this.#hasUploaded || last.isUploading || now.isUploading;
    this.#last = now;
    this.#hasUploaded = false;
    const requests = (now.requests - last.requests) * MAX_FIELD_BYTES;
    const explained = FLOOD_BYTES + requests + (now.sent - last.sent) / RESPONSE_BYTES_PER_BYTE;
    return this.#note(!mayBeContent && now.received - last.received > explained);
  }

  #note(isTooMuch: boolean): boolean {
    this.isOver ||= isTooMuch;
    return isTooMuch;
  }
}

function takeOne(limit: RateLimit): number {
  const now = performance.now();
  limit.take(now);
  return limit.left(now);
}
