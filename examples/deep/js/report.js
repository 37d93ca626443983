/** Tells the server that played the network what the browser measured. */
async function report() {
  const [page] = performance.getEntriesByType("navigation");
  const assets = performance.getEntriesByType("resource");
  await fetch("/loaded", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ connected: page.connectEnd, page: timing(page), assets: assets.map(timing) }),
  });
}

function timing({ name, startTime, responseStart, responseEnd, encodedBodySize }) {
  const { pathname, search } = new URL(name);
  return {
    target: pathname + search,
    start: startTime,
    first: responseStart,
    end: responseEnd,
    bytes: encodedBodySize,
  };
}

// A file's timing is complete only once it has been loaded.
addEventListener("load", () => setTimeout(report));
