// Loads the page of network.bench.js over new connections, as a browser does that is told by `Link` what the page needs, or
// is not: `client.js URL LOADS`. Prints how long each load took (milliseconds).
import { connect } from "node:http2";
import { buffer } from "node:stream/consumers";

const [url, loads] = process.argv.slice(2);
// As wide as browsers open them (bytes).
const STREAM_WINDOW = 6 * 1024 * 1024;
const SESSION_WINDOW = 15 * 1024 * 1024;

const found = (text) => [...text.matchAll(/(?:href="|src="|@import ")([\w./]+)/g)].map(([, target]) => target);
const linked = (field = "") => [...field.matchAll(/<\/([^>]+)>/g)].map(([, target]) => target);

async function load() {
  const began = performance.now();
  const settings = { enablePush: false, initialWindowSize: STREAM_WINDOW };
  const session = connect(url, { rejectUnauthorized: false, settings });
  session.once("connect", () => session.setLocalWindowSize(SESSION_WINDOW));
  const known = new Map();
  const get = (target) => known.get(target) ?? known.set(target, fetched(target)).get(target);
  const fetched = async (target) => {
    const stream = session.request({ ":path": `/${target}` });
    const links = [];
    stream.once("response", ({ link }) => links.push(...linked(link).map(get)));
    const content = await buffer(stream);
    const more = /^$|\.css$/.test(target) ? found(content.toString()) : [];
    await Promise.all([...links, ...more.map(get)]);
  };
  await get("");
  session.destroy();
  return performance.now() - began;
}

const times = [];
for (let at = 0; at < loads; at++) times.push(await load());
console.log(JSON.stringify(times));
