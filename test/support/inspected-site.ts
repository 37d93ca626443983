import { connect } from "./h2.js";
import { startServer, type TestServer } from "./server.js";
import { writeSite } from "./site.js";

/** A page with two pushes, larger than a window. */
const site = {
  "index.html": `<link rel="stylesheet" href="/a.css"><p>${"text ".repeat(30_000)}</p>`,
  "a.css": `@import "b.css"; p { color: red }`,
  "b.css": "p { margin: 0 }",
};

/** A server that is looked at. */
export const serveInspected = async (port = 0): Promise<TestServer> =>
  startServer({ root: await writeSite(site), inspect: true, port });

/** A load over a connection that begins now, with frames of every kind that push brings about. */
export async function loadSite(port: number): Promise<void> {
  const client = await connect(port);
  await client.page("/");
  client.session.close();
}
