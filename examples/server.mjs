// A page that the program makes itself, and its stylesheet with it: its Link
// field is pushed to a client that takes pushes, and announced to any other.
//
//   node examples/server.mjs [port]
//   nghttp -ans https://localhost:8443/clock
import { fileURLToPath } from "node:url";
import { createServer } from "h2push";

/** @type {import("h2push").Route} */
function clock(request, { httpVersion, pushEnabled }) {
  if (new URL(request.url).pathname !== "/clock") return undefined;
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Clock</title>
<link rel="stylesheet" href="/css/site.css">
<h1>${new Date().toISOString().slice(11, 19)}</h1>
<p>Over HTTP/${httpVersion}, to a client that takes ${pushEnabled ? "pushes" : "no pushes"}.</p>
</html>
`;
  return new Response(page, {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      link: "</css/site.css>; rel=preload; as=style",
    },
  });
}

const server = createServer({
  root: fileURLToPath(new URL("site", import.meta.url)),
  port: process.argv[2] ?? 8443,
  routes: [clock],
  onRequest: ({ status, method, target }) => console.log(status, method, target),
  onError: (error) => console.error(error),
});

const { url } = await server.listen();
console.log(`${url}clock`);

process.once("SIGINT", () => server.close());
process.once("SIGTERM", () => server.close());
