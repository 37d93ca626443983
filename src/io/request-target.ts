/** Path and query (with its "?", or "") of a request target. */
export function splitTarget(target: string): readonly [pathname: string, query: string] {
  const at = target.indexOf("?");
  return at === -1 ? [target, ""] : [target.slice(0, at), target.slice(at)];
}

/** The path of a request target, without its query. */
export function pathOf(target: string): string {
  const at = target.indexOf("?");
  return at === -1 ? target : target.slice(0, at);
}
