/** What a page says of its load. Times are milliseconds since its request was sent. */
export interface PageTimes {
  readonly ttfb: number;
  readonly fcp?: number;
  readonly lcp?: number;
  readonly lcpElement?: string;
  readonly load: number;
}

/** The page keeps its largest paint under this name: the element may be gone later. */
const LARGEST = "__h2push_largest";

/** Runs in each document before its own scripts. It is a text, as it is no code of this program. */
export const PAINT_SCRIPT = `(() => {
  const describe = ({ element, url }) => {
    const name = element
      ? element.localName + (element.id ? "#" + element.id : [...element.classList].map((name) => "." + name).join(""))
      : "";
    const path = url && !url.startsWith("data:") ? new URL(url).pathname : "";
    return [name, path].filter(Boolean).join(" ");
  };
  const largest = {};
  Object.defineProperty(globalThis, "${LARGEST}", { value: largest });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) Object.assign(largest, { time: entry.startTime, element: describe(entry) });
  }).observe({ type: "largest-contentful-paint", buffered: true });
})()`;

/**
 * Gives `PageTimes`, in a document that has been loaded. What comes before the request is the same for every means,
 * and mostly the machine's noise. What has been painted last is reported in a frame.
 */
export const TIMES_SCRIPT = `(async () => {
  await document.fonts.ready;
  for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
  const [page] = performance.getEntriesByType("navigation");
  const since = (time) => (time === undefined ? undefined : time - page.requestStart);
  const first = performance.getEntriesByName("first-contentful-paint")[0];
  const { time, element } = globalThis.${LARGEST};
  return {
    ttfb: since(page.finalResponseHeadersStart || page.responseStart),
    fcp: since(first?.startTime),
    lcp: since(time),
    lcpElement: element,
    load: since(page.loadEventStart),
  };
})()`;
