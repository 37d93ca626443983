/** A URL path taken apart: the names of the file's path below the root, or the status to refuse it with. */
export type PathSegments =
  | { readonly ok: true; readonly names: readonly string[]; readonly directory: boolean }
  | { readonly ok: false; readonly status: 400 | 404 };

const refused = { ok: false, status: 404 } as const;
const malformed = { ok: false, status: 400 } as const;

/**
 * Names that mean another file than they say on Windows: devices, alternate
 * data streams, trailing dots and spaces, short names (`GIT~1` is `.git`).
 * Refused there; elsewhere they are ordinary names.
 */
const windowsAlias =
  /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)|:|^(?=[^.]{3,8}(?:\.|$))[^.]+~\d+(?:\.[^.]{0,3})?$|[. ]$/i;

/**
 * Takes the path of a request target (percent-encoded, without the query)
 * apart into file names, each decoded once (RFC 3986 §3.3).
 *
 * Clients remove dot segments before they send (RFC 3986 §5.2.4), so one that
 * is still here, plain or encoded, is no honest request. The same goes for an
 * encoded slash or backslash inside a name, and for two slashes in front,
 * which name a host where they are a reference. Two slashes within are one,
 * as most servers have it; with more, one file would have names of any length.
 * Dotfiles are refused unless they are asked for, but for `.well-known` (RFC
 * 8615) at the top.
 */
export function segmentsOf(pathname: string, platform: string, dotfiles = false): PathSegments {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (!pathname.startsWith("/") || /[#\u0000-\u001f\u007f]/.test(pathname)) return malformed;
  if (pathname.startsWith("//") || pathname.includes("///")) return refused;
  const names: string[] = [];
  const parts = pathname.split("/");
  const last = parts.length - 1;
  for (let i = 1; i <= last; i++) {
    const part = parts[i] ?? "";
    if (part === "") continue;
    const name = decoded(part);
    if (name === undefined || name.includes("\0")) return malformed;
    if (/[/\\]/.test(name)) return refused;
    if (name === "." || name === "..") return refused;
    if (!dotfiles && isHidden(name, i === 1)) return refused;
    if (platform === "win32" && windowsAlias.test(name)) return refused;
    names.push(name);
  }
  return { ok: true, names, directory: parts[last] === "" };
}

/** Whether a name is that of a dotfile. `top` says that it stands in the root itself. */
export function isHidden(name: string, top: boolean): boolean {
  return name.startsWith(".") && !(top && name === ".well-known");
}

function decoded(part: string): string | undefined {
  if (!part.includes("%")) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
