/** A value in DER (X.690): where its content begins, and where it ends, which may be beyond what is there. */
interface Value {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const INTEGER = 0x02;
const OCTETS = 0x04;
const OID = 0x06;
const SEQUENCE = 0x30;
/** 1.2.840.113549.1.5 and 1.2.840.113549.1.12.1: what encrypts keys (PKCS #5, PKCS #12). */
const ENCRYPTIONS = ["2a864886f70d0105", "2a864886f70d010c01"];
/** 1.2.840.113549.1.7: the content types of PKCS #7. */
const CONTENT_TYPE = "2a864886f70d0107";

/**
 * Whether a content begins with a private key, or with PKCS #12, which is
 * made to hold one: PKCS #8 (RFC 5958), also encrypted, PKCS #1 (RFC 8017
 * A.1.2), SEC 1 (RFC 5915), DSA in OpenSSL's form, PKCS #12 (RFC 7292 §4).
 */
export function isKeyDer(data: Buffer): boolean {
  const outer = valueAt(data, 0);
  if (outer?.tag !== SEQUENCE) return false;
  const first = valueAt(data, outer.start);
  if (first === undefined) return false;
  const second = valueAt(data, first.end);
  if (first.tag === SEQUENCE) {
    return second?.tag === OCTETS && ENCRYPTIONS.some((oid) => oidIn(data, first).startsWith(oid));
  }
  if (first.tag !== INTEGER || first.end - first.start !== 1 || second === undefined) return false;
  const version = data[first.start];
  if (version === 3) return second.tag === SEQUENCE && oidIn(data, second).startsWith(CONTENT_TYPE);
  if (version !== 0 && version !== 1) return false;
  const size = second.end - second.start;
  const third = valueAt(data, second.end);
  // A modulus and what follows.
  if (second.tag === INTEGER) return version === 0 && size >= 32 && third?.tag === INTEGER;
  // The scalar of a curve.
  if (second.tag === OCTETS) return version === 1 && size >= 16 && size <= 72;
  return second.tag === SEQUENCE && oidIn(data, second) !== "" && third?.tag === OCTETS;
}

/** The object identifier that a sequence begins with, in hexadecimal digits; "" without one. */
function oidIn(data: Buffer, { start }: Value): string {
  const first = valueAt(data, start);
  return first?.tag === OID ? data.toString("hex", first.start, first.end) : "";
}

/** The value at a position; undefined where there is none. One of no stated length (BER) has no end. */
function valueAt(data: Buffer, at: number): Value | undefined {
  const [tag, length] = [data[at], data[at + 1]];
  if (tag === undefined || length === undefined) return undefined;
  if (length < 0x80) return { tag, start: at + 2, end: at + 2 + length };
  const bytes = length & 0x7f;
  if (bytes > 4 || at + 2 + bytes > data.length) return undefined;
  const start = at + 2 + bytes;
  return { tag, start, end: bytes === 0 ? Number.POSITIVE_INFINITY : start + data.readUIntBE(at + 2, bytes) };
}
