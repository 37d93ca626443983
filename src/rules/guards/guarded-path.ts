import { canonicalPath, encodePath } from "../redirects/canonical.js";

/**
 * What the path of a request may name: as rules read it, and as a route, an
 * upstream or a file system may read it that takes more for the same (dot
 * segments, two slashes, encoded ones, `;` and what follows, dots at the end
 * of a name).
 */
export function readingsOf(pathname: string): readonly string[] {
  if (!pathname.startsWith("/")) return [];
  const canonical = canonicalPath(pathname);
  const resolved = resolvedPath(pathname);
  return canonical === undefined || canonical === resolved ? [resolved] : [canonical, resolved];
}

function resolvedPath(pathname: string): string {
  const segments = decodedAsFarAsPossible(pathname).split(/[/\\]/);
  const names: string[] = [];
  for (const segment of segments) {
    const name = segment.replace(/;.*$/s, "");
    if (name === "..") names.pop();
    else if (name !== "." && name !== "") names.push(name.replace(/(?<=[^. ])[. ]+$/, ""));
  }
  const path = `/${names.map(encodePath).join("/")}`;
  return path !== "/" && /^\.{0,2}$/.test(segments.at(-1) ?? "") ? `${path}/` : path;
}

/** What is no UTF-8, or no escape at all, stays as it is. */
export function decodedAsFarAsPossible(text: string): string {
  // Over the wire a character is a byte.
  const escaped = text.replaceAll(/[\u0080-\u00ff]/g, (byte) => `%${byte.charCodeAt(0).toString(16)}`);
  return escaped.replaceAll(/(?:%[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes.replaceAll(/%[0-7][\da-f]/gi, decodeURIComponent);
    }
  });
}

/** The names that one file goes by: `/docs/`, `/docs/index.html`, `/docs/index`; `/about`, `/about.html`. */
export function namesOf(path: string): readonly string[] {
  const base = path.replace(/(?:\/index)?(?:\.html)?\/?$/i, "");
  const last = base.slice(base.lastIndexOf("/") + 1);
  // What ends like the name of a file is no page without its suffix.
  if (base === path && last.includes(".")) return [path];
  const page = base === "" ? [] : [base, `${base}.html`];
  return [...new Set([path, `${base}/`, ...page, `${base}/index`, `${base}/index.html`])];
}

/** Its names, where the file may be the compressed form of another. */
export function fileNames(path: string): readonly string[] {
  const plain = path.replace(/\.(?:br|zst|gz)$/i, "");
  return plain === path ? namesOf(path) : [path, ...namesOf(plain)];
}

/** The path for file systems that don't tell case, or compositions of a character, apart. */
export function foldedPath(path: string): string {
  return path
    .split("/")
    .map((segment) => encodePath(decodeURIComponent(segment).normalize("NFC").toLowerCase()))
    .join("/");
}
