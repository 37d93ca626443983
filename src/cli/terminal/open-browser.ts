import type { Address } from "../../server/listen/address.js";
import { warning } from "../output/output.js";

/**
 * Opens a page in the user's browser.
 *
 * @param page its path; true for the site's own
 */
export async function openBrowser(
  { url, socket }: Address,
  page: string | true,
  say: (text: string) => void,
): Promise<void> {
  if (socket !== undefined) return say(warning(`browsers cannot open a socket: ${socket}`));
  const { href } = page === true ? new URL(url) : new URL(page, url);
  const failed = () => say(warning(`no browser could be opened: open ${href} yourself`));
  try {
    const { default: open } = await import("open");
    (await open(href)).on("error", failed);
  } catch {
    failed();
  }
}
