import { extname } from "node:path";
import { isKeyDer } from "./key-der.js";

/** How much of a file is searched (bytes). */
const SEARCHED_BYTES = 64 * 1024;

/** Names that private keys are kept under: there the label of one is enough. */
const KEY_NAMES = new Set(["", ".crt", ".cer", ".key", ".pem"]);

/** Names under which a file is looked into whatever its size. */
const LOOKED_INTO = new Set([
  ...KEY_NAMES,
  ".asc",
  ".der",
  ".gpg",
  ".jks",
  ".jwk",
  ".p12",
  ".p8",
  ".pfx",
  ".pgp",
  ".pk8",
  ".ppk",
]);

/** Documents and programs, which may show a key to explain something: one is meant by them only where it stands first. */
const DOCUMENT =
  /^(?:text\/(?:html|markdown|css|javascript|xml)|application\/(?:javascript|(?:[\w.-]+\+)?xml)|image\/svg\+xml)$/;

/** RFC 7468 §10 and §11, and the older forms beside them; OpenSSH, OpenPGP (RFC 9580 §6.2), SSH2. */
const PEM = /-----BEGIN ([A-Z0-9 ]{0,20}PRIVATE KEY(?: BLOCK)?)-----([^]*?)(?:-----END|$)/g;
const OTHER_TEXT =
  /^[^\S\r\n]*PuTTY-User-Key-File-\d|^---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----|^AGE-SECRET-KEY-1[A-Z0-9]{50}/m;
/** Byte order marks. */
const MARK = /^(?:\u00ef\u00bb\u00bf|\u00ff\u00fe|\u00fe\u00ff)/;
/** That of a service account, and of other programs that keep one in JSON. */
const IN_JSON = /"(?:private_?key|key|pem)"\s*:\s*"\s*(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----[^"]*)"/gi;

/** Whether a file has a name that private keys are kept under. */
export function mayHoldPrivateKey(file: string): boolean {
  return LOOKED_INTO.has(extname(file).toLowerCase());
}

/**
 * Whether a file holds a private key, as far as its first 64 KB tell. One is
 * never served, even if someone put it under the root: people do make
 * certificates inside the directory that they serve. It is known by what it
 * is, not by its name: PEM, DER (PKCS #8, PKCS #1, SEC 1), PKCS #12, PuTTY,
 * OpenSSH, OpenPGP, Java key stores, JWK, service accounts.
 *
 * @param type media type of the file, without parameters
 */
export function holdsPrivateKey(file: string, type: string, content: Buffer): boolean {
  const start = content.subarray(0, SEARCHED_BYTES);
  if (isBinaryKey(start)) return true;
  const text = textOf(start);
  if (text === undefined) return false;
  if (KEY_NAMES.has(extname(file).toLowerCase()) && text.includes("PRIVATE KEY-----")) return true;
  if (OTHER_TEXT.test(text)) return !DOCUMENT.test(type) || /^\s*PuTTY/.test(text);
  if (type.endsWith("json")) return isKeyJson(text);
  const first = /\S/.exec(text)?.index ?? 0;
  return (
    [...text.matchAll(PEM)].some(
      ({ index, 1: label = "", 2: body = "" }) => (!DOCUMENT.test(type) || index === first) && isKeyBody(label, body),
    ) ||
    (/^\s*[[{]/.test(text) && isKeyJson(text))
  );
}

/** The text, if anything in it may be of a key; in UTF-16 without its zeros. */
function textOf(start: Buffer): string | undefined {
  const isWide = start[0] === 0 || start[1] === 0 || (start[0] ?? 0) + (start[1] ?? 0) === 0x1fd;
  const bytes = isWide ? Buffer.from(start.filter((byte) => byte !== 0)) : start;
  if (!["PRIVATE KEY", "PuTTY-User", "AGE-SECRET-KEY-1", '"kty"'].some((word) => bytes.includes(word)))
    return undefined;
  return bytes.toString("latin1").replace(MARK, "");
}

/** A JWK with its private part (RFC 7518 §6), or a field with a key in PEM. */
function isKeyJson(text: string): boolean {
  if (/"kty"\s*:/.test(text) && /"(?:d|k)"\s*:\s*"[-\w]{16,}"/.test(text)) return true;
  return [...text.matchAll(IN_JSON)].some(([, value = ""]) =>
    [...value.replaceAll(/\\[rn]/g, "\n").matchAll(PEM)].some(([, label = "", body = ""]) => isKeyBody(label, body)),
  );
}

/** Whether that is what the label says, and not dots or the like in an example. */
function isKeyBody(label: string, body: string): boolean {
  const encrypted = /ENCRYPTED/.test(body);
  const data = Buffer.from(withoutFields(body), "base64");
  if (label.startsWith("OPENSSH")) return data.toString("latin1", 0, 14) === "openssh-key-v1";
  if (label.endsWith("BLOCK")) return isPgpSecret(data);
  return encrypted ? data.length >= 32 : isKeyDer(data);
}

/** Fields of an encrypted key (RFC 1421 §4.6) and of OpenPGP come before a blank line. */
function withoutFields(body: string): string {
  const field = body.indexOf(":");
  const blank = field < 0 ? null : /\r?\n[^\S\r\n]*\r?\n/.exec(body.slice(field));
  return blank === null ? body : body.slice(field + blank.index + blank[0].length);
}

function isBinaryKey(start: Buffer): boolean {
  if (start[0] === 0x30) return isKeyDer(start);
  // A Java key store whose first entry is a private key (1) or a secret one (3).
  const magic = start.length < 16 ? 0 : start.readUInt32BE(0);
  if (magic === 0xfeedfeed || magic === 0xcececece) return start.readUInt32BE(12) !== 2;
  return isPgpSecret(start);
}

/** A secret key or subkey packet (RFC 9580 §4.2 and §5.5.3), of a known version and algorithm. */
function isPgpSecret(data: Buffer): boolean {
  const first = data[0] ?? 0;
  const tag = first >= 0xc0 ? first & 0x3f : first >= 0x80 ? (first >> 2) & 0x0f : 0;
  if (tag !== 5 && tag !== 7) return false;
  const length = data[1] ?? 0;
  const size = first >= 0xc0 ? (length < 192 ? 1 : length < 224 ? 2 : 5) : 1 << (first & 3);
  const version = data[1 + size] ?? 0;
  // After the version four bytes of time; version 3 has two more.
  const algorithm = data[1 + size + 5 + (version === 3 ? 2 : 0)] ?? 0;
  return version >= 3 && version <= 6 && [1, 2, 3, 16, 17, 18, 19, 22, 25, 26, 27, 28].includes(algorithm);
}
