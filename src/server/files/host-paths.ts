import { pathOf } from "../../io/request-target.js";
import { withoutBase } from "../../files/base.js";

/**
 * Paths that hosts answer themselves, whatever files a site has: functions and
 * images of Netlify, what Vercel measures and its images, what Cloudflare puts
 * into pages, Firebase's configuration.
 */
const OF_HOSTS = ["/.netlify/", "/_vercel/", "/cdn-cgi/", "/__/"];

/** Images that a server of Next.js makes smaller, of the size that the query says. */
const NEXT_IMAGE = "/_next/image";

/** Whether it is the host that answers a target, and no file of the site. */
export function isAnsweredByHost(target: string, base: string): boolean {
  const pathname = pathOf(target);
  const paths = [pathname, withoutBase(base, pathname) ?? pathname];
  return paths.some((path) => path === NEXT_IMAGE || OF_HOSTS.some((start) => path.startsWith(start)));
}
