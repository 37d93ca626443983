import { BadValue } from "../endpoints/problem.js";

/** When one file came: milliseconds since the client asked for the page. */
export interface Timing {
  /** Path-absolute reference. */
  readonly target: string;
  /** When it was asked for, or promised. */
  readonly start: number;
  /** Its first byte. */
  readonly first: number;
  /** Its last byte. */
  readonly end: number;
  /** Content as sent. */
  readonly bytes: number;
}

/** How a client loaded a page, with everything that the page needs. */
export interface Load {
  readonly page: Timing;
  readonly assets: readonly Timing[];
}

const MAX_ASSETS = 100;
const MAX_TARGET_LENGTH = 300;
/** The longest load that is believed (milliseconds). */
const MAX_LOAD_MS = 600_000;
const MAX_ASSET_BYTES = 2 ** 31;

/**
 * A load as a page reported it in JSON.
 *
 * @throws {BadValue} naming what can't be
 */
export function readLoad(text: string): Load {
  const { page, assets } = fieldsOf(parse(text), "the load");
  if (!Array.isArray(assets)) throw new BadValue("assets must be an array");
  if (assets.length > MAX_ASSETS) throw new BadValue(`${assets.length} assets are more than ${MAX_ASSETS}`);
  return { page: readTiming(page), assets: assets.map(readTiming) };
}

function readTiming(value: unknown): Timing {
  const { target, start, first, end, bytes } = fieldsOf(value, "a timing");
  if (typeof target !== "string" || !target.startsWith("/") || target.length > MAX_TARGET_LENGTH) {
    throw new BadValue(`target must be a path of at most ${MAX_TARGET_LENGTH} characters`);
  }
  return {
    target,
    start: numberUpTo(start, MAX_LOAD_MS, "start"),
    first: numberUpTo(first, MAX_LOAD_MS, "first"),
    end: numberUpTo(end, MAX_LOAD_MS, "end"),
    bytes: numberUpTo(bytes, MAX_ASSET_BYTES, "bytes"),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadValue("the content is not JSON");
  }
}

function fieldsOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return { ...value };
  throw new BadValue(`${what} must be an object`);
}

function numberUpTo(value: unknown, max: number, name: string): number {
  if (typeof value === "number" && value >= 0 && value <= max) return value;
  throw new BadValue(`${name} must be a number from 0 to ${max}`);
}
