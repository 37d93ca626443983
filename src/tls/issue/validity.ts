import { H2PushError } from "../../errors.js";

export const DEFAULT_DAYS = 90;
/** Browsers refuse a server certificate that is valid for longer (Apple since 2020, then the CA/Browser Forum). */
export const MAX_DAYS = 397;
/** How long before its end a certificate is replaced. */
export const RENEW_BEFORE_MS = 30 * 86_400_000;

const DAY_MS = 86_400_000;
/** A client whose clock is a little behind accepts the certificate too. */
const CLOCK_SKEW_MS = 3_600_000;

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** From when to when a certificate made `now` for `days` days is valid; both ends count (RFC 5280 §4.1.2.5). */
export function validity(days: number, now: Date): Validity {
  const from = now.getTime() - CLOCK_SKEW_MS;
  return { notBefore: new Date(from), notAfter: new Date(from + days * DAY_MS - 1000) };
}

/** @throws {H2PushError} `usage` when browsers would refuse a certificate for that many days. */
export function checkDays(days: number): number {
  if (Number.isInteger(days) && days >= 1 && days <= MAX_DAYS) return days;
  throw new H2PushError("usage", `not a number of days from 1 to ${MAX_DAYS}: ${days}`, "browsers refuse longer ones");
}

/** The day of `date` in UTC, as messages write it. */
export function isoDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}
