import { chromium } from "playwright-core";

const executablePath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** What takes longer is given up (milliseconds). */
const LOAD_TIME = 60_000;

/**
 * Times of the page in milliseconds since its request was sent: what comes before is the same for all, and mostly the
 * machine's noise. What has been painted last is reported in a frame. `last` is when all that scripts ask for is there,
 * too, what they fetch ahead for other pages among it.
 */
export const TIMES = `(async () => {
  await document.fonts.ready;
  for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
  const entries = (type) => new Promise((resolve) => {
    new PerformanceObserver((list, observer) => {
      observer.disconnect();
      resolve(list.getEntries());
    }).observe({ type, buffered: true });
    setTimeout(() => resolve([]), 200);
  });
  const paints = await entries("paint");
  const fetched = performance.getEntriesByType("resource").map(({ responseEnd }) => responseEnd);
  const [{ requestStart, loadEventStart }] = performance.getEntriesByType("navigation");
  return JSON.stringify({
    fcp: paints.find(({ name }) => name === "first-contentful-paint")?.startTime - requestStart,
    lcp: (await entries("largest-contentful-paint")).at(-1)?.startTime - requestStart,
    load: loadEventStart - requestStart,
    last: Math.max(loadEventStart, ...fetched) - requestStart,
  });
})()`;

/**
 * A Chromium whose loads are cold; `load` returns the times of one.
 *
 * @param trust what makes it take the server's certificate
 * @param more further switches
 */
export async function openChromium(trust, more = []) {
  // Other origins do not answer, whatever the machine can reach.
  const hosts = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost";
  const args = ["--no-sandbox", "--disable-gpu", trust, hosts, ...more];
  // Without handlers of its own for signals it ends with this process.
  const browser = await chromium.launch({ executablePath, args, handleSIGINT: false, handleSIGTERM: false });
  return {
    async load(url) {
      // A context has a cache and connections of its own.
      const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
      try {
        const page = await context.newPage();
        await page.goto(url, { waitUntil: "load", timeout: LOAD_TIME });
        await page.waitForLoadState("networkidle", { timeout: 10_000 }).catch(() => undefined);
        return JSON.parse(await page.evaluate(TIMES));
      } finally {
        await context.close();
      }
    },
    close: () => browser.close(),
  };
}
