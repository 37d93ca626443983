/** Browsers follow 20 redirects (Fetch §4.4). */
const MAX_REDIRECTS = 20;

/**
 * Whether a redirect leads its client from one to the next for ever.
 *
 * @param next where a request for a target of this site would be sent
 */
export async function leadsInCircle(
  location: string,
  authority: string,
  next: (target: string) => Promise<string | undefined>,
): Promise<boolean> {
  let target = ownTarget(location, authority);
  for (let hops = 0; target !== undefined; hops++) {
    if (hops === MAX_REDIRECTS) return true;
    const led = await next(target);
    target = led && ownTarget(led, authority);
  }
  return false;
}

/** The target on this site that a redirect leads to; undefined for another site. */
function ownTarget(location: string, authority: string): string | undefined {
  const [url = ""] = location.split("#", 1);
  const own = `https://${authority}/`;
  if (url.startsWith(own)) return url.slice(own.length - 1);
  return url.startsWith("/") && !url.startsWith("//") ? url : undefined;
}
