/** Tells the server what the browser measured, in milliseconds since the page was asked for. */
async function report() {
  const [page] = performance.getEntriesByType("navigation");
  const assets = performance.getEntriesByType("resource");
  const since = page.requestStart;
  await fetch("/loaded", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      page: { ...timing(page, since), start: 0 },
      assets: assets.map((asset) => timing(asset, since)),
    }),
  });
}

function timing({ name, startTime, finalResponseHeadersStart, responseStart, responseEnd, encodedBodySize }, since) {
  const { pathname, search } = new URL(name);
  return {
    target: pathname + search,
    start: startTime - since,
    // A browser that tells both means by responseStart the informational response, if there was one.
    first: (finalResponseHeadersStart || responseStart) - since,
    end: responseEnd - since,
    bytes: encodedBodySize,
  };
}

// A file's timing is complete only once it has been loaded.
addEventListener("load", () => setTimeout(report));
