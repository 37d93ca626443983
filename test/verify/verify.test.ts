import { once } from "node:events";
import { constants, createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { readFile, rm, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pemBlocks } from "../../src/tls/issue/certificate.js";
import { issueAuthority, issueLeaf } from "../../src/tls/issue/issue.js";
import { startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { startServer, testCertificate } from "../support/server.js";
import { writeSite } from "../support/site.js";

const page = (name: string) => `<!doctype html><link rel=stylesheet href=/${name}.css>`;

const site = {
  "index.html": page("a"),
  "about.html": page("c"),
  "a.css": '@import "b.css";',
  "b.css": "p { color: red }",
  "c.css": '@import "d.css";',
  "d.css": "p { color: red }",
};

async function run(command: string, ...args: readonly string[]) {
  const cli = await startCli([command, ...args]);
  return { exit: await cli.exit, stdout: cli.stdout, stderr: cli.stderr };
}

/** The site, a list of what it needs, and a server of it. */
async function served(options: Parameters<typeof startServer>[0] = {}) {
  const root = await writeSite(site);
  const file = join(await emptyDirectory(), "list.json");
  expect((await run("export", root, "--to", "json", "--out", file)).exit).toBe(0);
  const { origin } = await startServer({ root, ...options });
  const verify = (...args: readonly string[]) => run("verify", `${origin}/`, "--manifest", file, "--insecure", ...args);
  return { root, file, origin, verify };
}

test("a server that does what the list says is told so, page by page", async () => {
  const { verify } = await served();
  const { exit, stdout } = await verify();
  // Pages are told as they are known.
  expect([exit, stdout.trimEnd().split("\n").toSorted()]).toEqual([
    0,
    ["/  1 by Link, 2 pushed", "/about.html  1 by Link, 2 pushed", "2 pages, all as the list has them"],
  ]);
});

test("what is not announced, and what is and should not be, is named", async () => {
  const silent = await served({ delivery: "none" });
  const { exit, stdout } = await silent.verify();
  expect(exit).toBe(1);
  expect(stdout).toContain("  missing    /b.css\n");
  expect(stdout).toContain("2 pages, 2 not as the list has them");
  const loud = await served({ announce: "all", delivery: "link" });
  const all = await loud.verify();
  expect([all.exit, all.stdout]).toEqual([
    1,
    expect.stringContaining("  too much   /a.css (the list does not announce it)\n"),
  ]);
  expect((await loud.verify("--announce", "all")).exit).toBe(0);
});

test("after a rebuild, stale links and announced files that are gone are named", async () => {
  const { root, file, verify } = await served({ delivery: "link" });
  // The server was given the list of the old build: its files have other names now.
  const old = await readFile(file, "utf8");
  await writeFile(join(root, "_headers"), "/\n  Link: </b.css>; rel=preload; as=style\n");
  await rm(join(root, "b.css"));
  await writeFile(join(root, "b2.css"), "p { color: red }");
  await writeFile(join(root, "a.css"), '@import "b2.css";');
  // Rules are looked at again after a quarter of a second.
  await expect.poll(async () => (await verify()).stdout).toContain("  not there  /b.css (404)\n");
  expect((await verify()).exit).toBe(1);
  await writeFile(file, old.replaceAll("/b.css", "/b2.css"));
  const { stdout } = await verify("--format", "json");
  expect(JSON.parse(stdout)).toMatchObject({
    version: 1,
    pages: expect.arrayContaining([
      expect.objectContaining({ pathname: "/", missing: [], gone: [{ target: "/b.css", status: 404 }] }),
    ]),
  });
});

test("103 responses count, and so do elements of the HTML", async () => {
  const early = await served({ delivery: "hints" });
  expect((await early.verify()).stdout).toContain("/  1 by Link, 2 by 103, 0 pushed\n");
  const { root, file } = await served();
  const copy = join(await emptyDirectory(), "copy");
  expect((await run("export", root, "--inject", copy)).exit).toBe(0);
  const { origin } = await startServer({ root: copy, delivery: "none" });
  const { exit, stdout } = await run("verify", origin, "--manifest", file, "--insecure");
  expect([exit, stdout]).toEqual([0, expect.stringContaining("/  0 by Link, 1 in the HTML, 0 pushed\n")]);
});

test("what an export's server names in a 103 is in its list", async () => {
  const { root } = await served();
  const file = join(await emptyDirectory(), "list.json");
  expect((await run("export", root, "--to", "json", "--for", "haproxy", "--early-hints", "--out", file)).exit).toBe(0);
  // Like that server, it has stylesheets that the HTML names in its 103.
  const { origin } = await startServer({ root, delivery: "hints", cache: 60 });
  const { exit, stdout } = await run("verify", `${origin}/`, "--manifest", file, "--insecure");
  expect([exit, stdout]).toEqual([0, expect.stringContaining("/  1 by Link, 2 by 103, 0 pushed\n")]);
});

test("a server that takes no more connections leaves what it has said of other pages told", async () => {
  const file = join(await emptyDirectory(), "list.json");
  const pages = Object.fromEntries(["/", "/2", "/3", "/4", "/last"].map((path) => [path, []]));
  await writeFile(file, JSON.stringify({ version: 1, pages }));
  let isFull = false;
  const answer = ({ url }: Http2ServerRequest, response: Http2ServerResponse) => {
    // Four are asked for at a time: one of these has been told by then.
    isFull ||= url === "/last";
    response.writeHead(200, { "content-type": "text/html" }).end("<p>");
  };
  const { exit, stdout, stderr } = await verified(file, answer, "h2", () => isFull);
  expect([exit, stderr]).toEqual([1, ""]);
  expect(stdout).toMatch(/^\/\d?  0 by Link, 0 pushed$/m);
  expect(stdout).toMatch(/^\/last {2}no answer/m);
});

test("a redirect to another origin is told with where it leads", async () => {
  const { file } = await served();
  const answer = (_: Http2ServerRequest, response: Http2ServerResponse) =>
    void response.writeHead(301, { location: "https://www.example.test/" }).end();
  const { exit, stdout } = await verified(file, answer);
  expect([exit, stdout]).toEqual([
    1,
    expect.stringContaining("/  301 to https://www.example.test/, 0 by Link, 0 pushed\n"),
  ]);
});

test("no more pages are asked for once a server has stopped answering", async () => {
  const file = join(await emptyDirectory(), "list.json");
  const pages = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`/${at}`, []]));
  await writeFile(file, JSON.stringify({ version: 1, pages }));
  let connections = 0;
  const answer = (_: Http2ServerRequest, response: Http2ServerResponse) =>
    void response.writeHead(200, { "content-type": "text/html" }).end("<p>");
  // The first four pages are asked for twice each, as a browser and as a client that takes pushes.
  const { exit, stdout } = await verified(file, answer, "h2", () => ++connections > 8);
  expect(exit).toBe(1);
  expect(stdout).toMatch(/^\/29 {2}no answer .*not asked for, as 8 others had no answer/m);
  expect(connections).toBeLessThan(30);
});

test("a server of HTTP/1.1 is asked in its own words, and a redirect to a path without suffix is followed", async () => {
  const { file } = await served();
  const { cert, key } = await testCertificate();
  const link = (name: string) => `</${name}.css>; rel=preload; as=style`;
  const server = createHttpsServer({ cert, key }, ({ url }, response) => {
    if (url === "/about.html") response.writeHead(301, { location: "/about" }).end();
    else response.writeHead(200, { link: url === "/about" ? link("d") : link("b") }).end("<p>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { exit, stdout } = await run("verify", `https://127.0.0.1:${port}`, "--manifest", file, "--insecure");
  server.close();
  expect([exit, stdout]).toEqual([0, expect.stringContaining("/about.html  1 by Link, 0 pushed\n")]);
  expect(stdout).toContain("over HTTP/1.1: the server speaks no HTTP/2");
});

test("a certificate whose authority is unknown is not a server that is down", async () => {
  const { file } = await served();
  const now = new Date();
  const { cert, key } = await issueLeaf(await issueAuthority("somebody", now), {}, now);
  const [leaf = ""] = pemBlocks(cert, /CERTIFICATE/);
  const server = createHttpsServer({ cert: leaf, key }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { exit, stderr } = await run("verify", `https://127.0.0.1:${port}`, "--manifest", file);
  expect([exit, stderr]).toEqual([1, expect.stringContaining("(UNABLE_TO_VERIFY_LEAF_SIGNATURE)")]);
  expect(stderr).toContain("--insecure");
});

/** A server of a protocol, and what `h2push verify` says of it. */
async function verified(
  file: string,
  answer: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
  protocol: "h2" | "http/1.1" = "http/1.1",
  refuses = () => false,
) {
  const pair = await testCertificate();
  const sockets = new Set<Socket>();
  // HTTP/2 has the interface of HTTP/1.1 here.
  const server = protocol === "h2" ? createSecureServer(pair, answer) : createHttpsServer(pair).on("request", answer);
  server.on("connection", (socket: Socket) => (refuses() ? socket.destroy() : sockets.add(socket)));
  server.listen(0, "127.0.0.1");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return run("verify", `https://127.0.0.1:${port}`, "--manifest", file, "--insecure");
}

const preload = (name: string) => ({ link: `</${name}.css>; rel=preload; as=style` });

test.each(["h2", "http/1.1"] as const)(
  "over %s, a page that a host answers with instead of a file is not that file, which is asked for as what it is",
  async (protocol) => {
    const { file } = await served();
    const { exit, stdout } = await verified(
      file,
      ({ url, headers }, response) => {
        const { accept, "sec-fetch-dest": as, "sec-fetch-mode": mode } = headers;
        const isStyle = accept?.startsWith("text/css") === true && as === "style" && mode === "no-cors";
        if (url === "/d.css" && isStyle) response.writeHead(200, { "content-type": "text/css" });
        else
          response.writeHead(200, { ...preload(url === "/" ? "b" : "d"), "content-type": "text/html; charset=utf-8" });
        response.end("<p>");
      },
      protocol,
    );
    expect(exit).toBe(1);
    expect(stdout).toContain("  not there  /b.css (200, text/html for style)\n");
    expect(stdout).not.toContain("not there  /d.css");
  },
);

test.each(["h2", "http/1.1"] as const)(
  "over %s, a large file is there as soon as its fields are, and one without an answer is told as such",
  async (protocol) => {
    const { file } = await served();
    const { exit, stdout } = await verified(
      file,
      ({ url, method }, response) => {
        if (url === "/d.css") response.socket?.destroy();
        else if (url !== "/b.css") response.writeHead(200, preload(url === "/" ? "b" : "d")).end("<p>");
        else if (method === "HEAD") response.writeHead(405).end();
        // The rest never comes.
        else response.writeHead(200, { "content-type": "text/css" }).write("p {");
      },
      protocol,
    );
    expect([exit, stdout.split("\n").filter((line) => line.includes("/b.css"))]).toEqual([1, []]);
    expect(stdout).toMatch(/^  not there  \/d\.css \(no answer, E\w+\)$/m);
    expect(stdout).toContain("/about.html  1 by Link, 0 pushed\n");
  },
);

test("the program ends where a server has refused a stream and leaves its connections open", async () => {
  const { file } = await served();
  let refused = 0;
  const { exit } = await verified(
    file,
    ({ url }, response) => {
      if (url.endsWith(".css") && refused++ === 0) {
        response.stream.close(constants.NGHTTP2_REFUSED_STREAM);
      } else response.writeHead(200, preload(url === "/" ? "b" : "d")).end();
    },
    "h2",
  );
  expect([exit, refused > 1]).toEqual([0, true]);
});

test("the server's own URLs count where they are written whole: of a redirect, in a field and in the HTML", async () => {
  const { file } = await served();
  const { exit, stdout } = await verified(file, ({ url, headers }, response) => {
    const origin = `https://${headers.host}`;
    if (url === "/about.html") response.writeHead(301, { location: `${origin}/about` }).end();
    else if (url === "/") {
      response.end(
        `<base href="${origin}/x/"><link rel=preload as=style href=../b.css><link rel=preload href=//x.test/>`,
      );
    } else response.writeHead(200, { link: `<${origin}/d.css>; rel=preload; as=style` }).end();
  });
  expect([exit, stdout.trimEnd().split("\n").toSorted()]).toEqual([
    0,
    [
      "/  0 by Link, 1 in the HTML, 0 pushed",
      "/about.html  1 by Link, 0 pushed",
      "2 pages, all as the list has them",
      "over HTTP/1.1: the server speaks no HTTP/2, so nothing is pushed, and browsers read no 103",
    ],
  ]);
});

test.each([
  [["https://me:pw@host/", "--manifest", "x"], 2, "a user or a password in the URL of host\n"],
  [["https://host/?page=2", "--manifest", "x"], 2, "not a URL of pages: https://host/?page=2\nleave out ?page=2\n"],
  [["http://localhost/", "--manifest", "x"], 2, "not a URL that can be verified: http://localhost/"],
  [["localhost", "--manifest", "x"], 2, "pass an https URL"],
  [["https://localhost/"], 2, "h2push export ./site --to json"],
  [["https://localhost/", "--manifest", "none.json"], 1, "no such file: none.json"],
] as const)("h2push verify %j ends with %d and says why", async (args, code, words) => {
  const { exit, stderr } = await run("verify", ...args);
  expect([exit, stderr]).toEqual([code, expect.stringContaining(words)]);
});

test("nobody there, a certificate that nobody trusts, and no page are each said in a sentence", async () => {
  const { file, origin } = await served();
  const untrusted = await run("verify", origin, "--manifest", file);
  expect([untrusted.exit, untrusted.stderr]).toEqual([1, expect.stringContaining("--insecure")]);
  const nobody = await run("verify", "https://127.0.0.1:1/", "--manifest", file);
  expect([nobody.exit, nobody.stderr]).toEqual([1, expect.stringContaining("ECONNREFUSED")]);
  const none = await run("verify", `${origin}/none/`, "--manifest", file, "--insecure");
  expect([none.exit, none.stderr]).toEqual([1, expect.stringContaining("no page at /none/ or below")]);
});

test("a server that hangs up in the middle of a page costs that page alone", async () => {
  const { file } = await served();
  const { cert, key } = await testCertificate();
  const server = createHttpsServer({ cert, key }, ({ url }, response) => {
    if (url === "/") response.destroy();
    else response.writeHead(200, { link: "</d.css>; rel=preload; as=style" }).end("<p>");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { exit, stdout, stderr } = await run("verify", `https://127.0.0.1:${port}`, "--manifest", file, "--insecure");
  server.close();
  expect([exit, stderr]).toEqual([1, ""]);
  expect(stdout).toContain("/  no answer (ECONNRESET)\n");
  expect(stdout).toContain("/about.html  1 by Link, 0 pushed\n");
});
