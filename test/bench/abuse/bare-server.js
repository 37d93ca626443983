// A bare node:http2 server with the limits of h2push, which answers with the same bytes from memory. It reads no file and
// writes no log. Event streams and WebSockets come from an upstream, as they do behind `--proxy`.
import { readdirSync, readFileSync } from "node:fs";
import { request } from "node:http";
import { createSecureServer } from "node:http2";

const [root, cert, key, upstream] = process.argv.slice(2);
const types = { html: "text/html", css: "text/css", png: "image/png" };
const answers = new Map(
  readdirSync(root).map((name) => {
    const body = readFileSync(`${root}/${name}`);
    const type = types[name.split(".")[1]] ?? "application/octet-stream";
    const fields = { ":status": 200, "content-type": type, "content-length": body.length };
    return [name === "index.html" ? "/" : `/${name}`, { body, fields }];
  }),
);

const server = createSecureServer({
  cert: readFileSync(cert),
  key: readFileSync(key),
  allowHTTP1: true,
  settings: { maxConcurrentStreams: 128 },
});
server.on("sessionError", () => undefined).on("tlsClientError", (_, socket) => socket.destroy());
server.on("stream", (stream, { ":path": path }) => {
  stream.on("error", () => undefined);
  if (stream.destroyed || stream.closed) return;
  if (path.startsWith("/up/")) return pass(stream, path);
  const answer = answers.get(path.split("?")[0]);
  stream.respond(answer?.fields ?? { ":status": 404 });
  stream.end(answer?.body);
});
server.on("upgrade", (asked, socket) => {
  socket.on("error", () => undefined);
  const { url, headers } = asked;
  const passed = request(upstream + url, { headers }).on("error", () => socket.destroy());
  passed.on("upgrade", (_, other) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n");
    socket.on("close", () => other.destroy()).pipe(other);
    other.on("error", () => socket.destroy()).pipe(socket);
  });
  passed.end();
});

function pass(stream, path) {
  const passed = request(upstream + path, (response) => {
    response.on("error", () => undefined);
    if (stream.destroyed || stream.closed) return;
    stream.respond({ ":status": response.statusCode, "content-type": response.headers["content-type"] });
    response.pipe(stream);
  });
  stream.on("close", () => passed.destroy());
  passed.on("error", () => stream.destroy()).end();
}

server.listen(0, "127.0.0.1", () => console.log(`https://localhost:${server.address().port}/`));
