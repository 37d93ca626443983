// Fastify 5 over HTTP/2 and HTTP/1.1, with a site in it.
//
//   npm install fastify && node examples/fastify.mjs [port]
import { fileURLToPath } from "node:url";
import fastify from "fastify";
import { createCertificate, openSite } from "h2push";
import { h2push } from "h2push/fastify";

const app = fastify({ http2: true, https: { ...(await createCertificate()), allowHTTP1: true } });
const site = await openSite(fileURLToPath(new URL("site", import.meta.url)));
app.register(h2push, { site });
app.addHook("onClose", () => site.close());
app.get("/clock", async (_request, reply) => {
  reply.type("text/html");
  return `<!doctype html><link rel="stylesheet" href="/css/site.css"><h1>${new Date().toISOString()}</h1>`;
});

await app.listen({ port: Number(process.argv[2] ?? 8443), host: "localhost" });
console.log(`https://localhost:${app.server.address().port}/`);
