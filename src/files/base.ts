/*
 * The URL path that a site is served below. It begins and ends with a slash;
 * "/" is that of a site which has its host for itself.
 */

/** A path of the site (or a target: with its query), as it is asked for. */
export function withBase(base: string, path: string): string {
  return base === "/" ? path : base + path.slice(1);
}

/** What a path, or a target, means within the site; undefined for one that does not lie below the base. */
export function withoutBase(base: string, path: string): string | undefined {
  if (base === "/") return path;
  if (!path.startsWith(base)) return undefined;
  const rest = path.slice(base.length);
  // Two slashes within a path are one.
  return rest.startsWith("/") ? rest : `/${rest}`;
}
