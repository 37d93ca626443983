import type { SkippedUrl } from "./facts.js";
import { withoutComments } from "./syntax.js";
import { imagesIn } from "./values.js";

/** Enough to explain a page by. */
const MAX_URLS = 1000;

/** URLs in what does not count of one stylesheet. */
export class SkippedUrls {
  readonly urls: SkippedUrl[] = [];

  add(url: string, reason: SkippedUrl["reason"]): void {
    if (this.urls.length < MAX_URLS) this.urls.push({ url, reason });
  }

  /** Those of all images in a text, which is not made when enough are known. */
  addFrom(text: () => string, reason: SkippedUrl["reason"]): void {
    if (this.urls.length >= MAX_URLS) return;
    const css = text();
    if (!/url\(/i.test(css)) return;
    for (const url of imagesIn(withoutComments(css), 1)) this.add(url, reason);
  }
}
