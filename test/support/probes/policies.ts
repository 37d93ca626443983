import { createHash } from "node:crypto";
import { font, ICON, integrity, page, ran, svg, type Probes } from "./probe.js";

const files = {
  "a.css": `@import "b.css"; @font-face { font-family: Icons; src: url(icons.ttf) } h1 { font-family: Icons; background: url(a.svg) }`,
  "b.css": "h1 { color: rgb(1, 2, 3) }",
  "a.svg": svg("red"),
  "b.svg": svg("blue"),
  "icons.ttf": font,
  "a.js": ran("a"),
  "app.js": ran("app", `import "./part.js"; import data from "./data.json" with { type: "json" };`),
  "part.js": ran("part"),
  "data.json": "{}",
  "fetched.json": `{ "value": 1 }`,
};
const body = `<h1>${ICON} heading</h1><img src="b.svg" alt="">`;
const all = `<link rel="stylesheet" href="a.css"><script src="a.js"></script><script type="module" src="app.js"></script>
<link rel="preload" as="fetch" crossorigin href="fetched.json"><script src="fetch.js"></script>`;
const fetching = {
  "fetch.js": `globalThis.until = fetch("fetched.json").then((response) => response.json()).then(({ value }) => (globalThis.order ??= []).push(value), () => (globalThis.order ??= []).push("refused"));`,
};
/** A `fetch()` and a module end in any order: each waits for the network. */
const unordered = true;
const csp = (policy: string, head = all, name = "Content-Security-Policy") => ({
  unordered,
  headers: { "": [`${name}: ${policy}`] },
  files: { "index.html": page(head, body), ...files, ...fetching },
});
const meta = (policy: string, head = all) => ({
  unordered,
  files: {
    "index.html": page(`<meta http-equiv="Content-Security-Policy" content="${policy}">${head}`, body),
    ...files,
    ...fetching,
  },
});
const nonced = all.replaceAll("<script ", `<script nonce="abc" `).replaceAll("<link ", `<link nonce="abc" `);
const loader = `<script nonce="abc" src="loader.js"></script><script src="a.js"></script>`;
const loading = {
  "loader.js": ran(
    "loader",
    `const script = document.createElement("script"); script.src = "late.js"; globalThis.until = new Promise((resolve) => (script.onload = script.onerror = resolve)); document.head.append(script);`,
  ),
  "late.js": ran("late"),
};
const inline = ran("inline");
const hash = `'sha256-${createHash("sha256").update(inline).digest("base64")}'`;

/** Pages with a policy: what is announced has no nonce and no element, and is judged by itself. */
export const policies: Probes = {
  "csp-self": csp("default-src 'self'"),
  "csp-self-meta": meta("default-src 'self'"),
  "csp-host": csp("default-src https://localhost:*"),
  "csp-path": csp("script-src https://localhost:*/csp-path/a.js; style-src https://localhost:*/csp-path/"),
  "csp-other-host": csp("default-src https://example.com"),
  "csp-nonce": csp("script-src 'nonce-abc'; style-src 'nonce-abc'", nonced),
  "csp-nonce-meta": meta("script-src 'nonce-abc'; style-src 'nonce-abc'", nonced),
  "csp-nonce-missing": csp("script-src 'nonce-abc'"),
  "csp-nonce-missing-meta": meta("script-src 'nonce-abc'"),
  "csp-nonce-and-self": csp("script-src 'self' 'nonce-abc'", nonced),
  "csp-nonce-default": csp("default-src 'nonce-abc'; img-src *; font-src *; connect-src *", nonced),
  "csp-strict-dynamic": csp("script-src 'nonce-abc' 'strict-dynamic' https: 'unsafe-inline'", nonced),
  "csp-strict-dynamic-meta": meta("script-src 'nonce-abc' 'strict-dynamic' https: 'unsafe-inline'", nonced),
  "csp-strict-dynamic-loader": {
    headers: { "": ["Content-Security-Policy: script-src 'nonce-abc' 'strict-dynamic'"] },
    files: { "index.html": page(loader), "a.js": ran("a"), ...loading },
  },
  "csp-strict-dynamic-loader-meta": {
    files: {
      "index.html": page(
        `<meta http-equiv="Content-Security-Policy" content="script-src 'nonce-abc' 'strict-dynamic'">${loader}`,
      ),
      "a.js": ran("a"),
      ...loading,
    },
  },
  "csp-hash": {
    headers: { "": [`Content-Security-Policy: script-src ${hash} '${integrity(ran("a"))}'`] },
    files: {
      "index.html": page(
        `<script>${inline}</script><script src="a.js" integrity="${integrity(ran("a"))}"></script><script src="b.js"></script>`,
      ),
      "a.js": ran("a"),
      "b.js": ran("b"),
    },
  },
  "csp-hash-module": {
    headers: { "": [`Content-Security-Policy: script-src '${integrity(files["app.js"])}' 'strict-dynamic'`] },
    files: {
      "index.html": page(`<script type="module" src="app.js" integrity="${integrity(files["app.js"])}"></script>`),
      ...files,
    },
  },
  "csp-unsafe-inline": csp("script-src 'unsafe-inline'; style-src 'unsafe-inline'"),
  "csp-none": csp("default-src 'none'"),
  "csp-none-meta": meta("default-src 'none'"),
  "csp-connect-none": csp("connect-src 'none'"),
  "csp-default-none-rest-allowed": csp(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'",
  ),
  "csp-style-none": csp("style-src 'none'"),
  "csp-style-elem": csp("style-src 'none'; style-src-elem 'self'; script-src 'none'; script-src-elem 'self'"),
  "csp-font-none": csp("font-src 'none'"),
  "csp-image-none": csp("img-src 'none'"),
  "csp-image-none-meta": meta("img-src 'none'"),
  "csp-two": {
    ...csp("script-src 'self'"),
    headers: { "": ["Content-Security-Policy: script-src 'self'", "Content-Security-Policy: img-src 'none'"] },
  },
  "csp-list": csp("script-src 'self', img-src 'none'"),
  "csp-trusted-types": csp("require-trusted-types-for 'script'; trusted-types default"),
  "csp-report-only": csp(
    "script-src 'nonce-abc'; img-src 'none'; style-src 'none'",
    all,
    "Content-Security-Policy-Report-Only",
  ),
  "csp-sandbox": csp("sandbox"),
  "csp-sandbox-scripts": csp("sandbox allow-scripts"),
  "csp-worker-none": csp("worker-src 'none'"),
  "csp-upgrade": csp("upgrade-insecure-requests; block-all-mixed-content"),
  "csp-require-sri": csp("require-sri-for script style"),
  "integrity-policy": csp("blocked-destinations=(script)", all, "Integrity-Policy"),
  "integrity-policy-style": csp("blocked-destinations=(script style)", all, "Integrity-Policy"),
  "integrity-policy-report-only": csp("blocked-destinations=(script)", all, "Integrity-Policy-Report-Only"),
  "integrity-policy-kept": {
    headers: { "": ["Integrity-Policy: blocked-destinations=(script)"] },
    files: {
      "index.html": page(
        `<script crossorigin src="a.js" integrity="${integrity(ran("a"))}"></script><script type="module" src="part.js" integrity="${integrity(files["part.js"])}"></script>`,
      ),
      ...files,
    },
  },
  coep: {
    headers: { "": ["Cross-Origin-Embedder-Policy: require-corp", "Cross-Origin-Opener-Policy: same-origin"] },
    unordered,
    files: { "index.html": page(all, body), ...files, ...fetching },
  },
  corp: {
    headers: { "*": ["Cross-Origin-Resource-Policy: same-origin"] },
    unordered,
    files: { "index.html": page(all, body), ...files, ...fetching },
  },
  "permissions-policy": csp("sync-script=(), unload=()", all, "Permissions-Policy"),
  "document-policy": csp("force-load-at-top, js-profiling", all, "Document-Policy"),
  "referrer-policy": csp("no-referrer", all, "Referrer-Policy"),
  nosniff: {
    unordered,
    headers: { "*": ["X-Content-Type-Options: nosniff"] },
    files: { "index.html": page(all, body), ...files, ...fetching },
  },
  "own-link-field": csp(
    "<a.css>; rel=preload; as=style, <a.js>; rel=preload; as=script, <app.js>; rel=modulepreload",
    all,
    "Link",
  ),
  "own-link-field-other-form": csp("<app.js>; rel=preload; as=script; crossorigin", all, "Link"),
};

const slow = (name: string, link: string, head = all) => ({
  visits: 2,
  slow: link.replaceAll("<", `</${name}/`),
  unordered,
  files: { "index.html": page(head, body), ...files, ...fetching },
});
const map = `<script type="importmap">{ "imports": { "x": "./x.js" } }</script>`;

/** Pages that are made by a route, and hinted meanwhile. */
export const slowPages: Probes = {
  "slow-page": slow(
    "slow-page",
    "<a.css>; rel=preload; as=style, <app.js>; rel=modulepreload, <icons.ttf>; rel=preload; as=font; crossorigin",
  ),
  "slow-page-with-map": slow("slow-page-with-map", "<app.js>; rel=preload; as=script; crossorigin", map + all),
};

/** Preloads that a page's author wrote, and what is fetched by scripts. */
export const preloads: Probes = {
  "fetch-preload": {
    files: {
      "index.html": page(
        `<link rel="preload" as="fetch" crossorigin href="fetched.json"><script src="fetch.js"></script>`,
      ),
      ...files,
      ...fetching,
    },
  },
  "fetch-preload-without-crossorigin": {
    files: {
      "index.html": page(`<link rel="preload" as="fetch" href="fetched.json"><script src="fetch.js"></script>`),
      ...files,
      ...fetching,
    },
  },
  "fetch-preload-with-credentials": {
    files: {
      "index.html": page(
        `<link rel="preload" as="fetch" crossorigin="use-credentials" href="fetched.json"><script src="fetch.js"></script>`,
      ),
      ...files,
      "fetch.js": fetching["fetch.js"].replace(`"fetched.json"`, `"fetched.json", { credentials: "include" }`),
    },
  },
  "fetch-preload-other-mode": {
    files: {
      "index.html": page(
        `<link rel="preload" as="fetch" crossorigin href="fetched.json"><script src="fetch.js"></script>`,
      ),
      ...files,
      "fetch.js": fetching["fetch.js"].replace(
        `"fetched.json"`,
        `"fetched.json", { mode: "no-cors", cache: "no-store" }`,
      ),
    },
  },
  "fetch-preload-xhr": {
    files: {
      "index.html": page(
        `<link rel="preload" as="fetch" crossorigin href="fetched.json"><script src="fetch.js"></script>`,
      ),
      ...files,
      "fetch.js": `globalThis.until = new Promise((resolve) => { const request = new XMLHttpRequest(); request.onload = resolve; request.open("GET", "fetched.json"); request.send(); });`,
    },
  },
  "fetch-twice": {
    files: {
      "index.html": page(
        `<link rel="preload" as="fetch" crossorigin href="fetched.json"><script src="fetch.js"></script>`,
      ),
      ...files,
      "fetch.js": `globalThis.until = Promise.all([fetch("fetched.json"), fetch("fetched.json")]).then((responses) => Promise.all(responses.map((response) => response.text())));`,
    },
  },
  "preload-unused": {
    files: {
      "index.html": page(`<link rel="preload" as="script" href="a.js"><link rel="preload" as="style" href="b.css">`),
      ...files,
    },
  },
  "preload-media": {
    files: {
      "index.html": page(
        `<link rel="preload" as="style" media="(min-width: 800px)" href="b.css"><link rel="stylesheet" media="(min-width: 800px)" href="b.css">`,
      ),
      ...files,
    },
  },
  "preload-integrity": {
    files: {
      "index.html": page(
        `<link rel="preload" as="script" integrity="${integrity(files["a.js"])}" href="a.js"><script src="a.js" integrity="${integrity(files["a.js"])}"></script><link rel="modulepreload" integrity="${integrity(files["part.js"])}" href="part.js"><script type="module" src="part.js" integrity="${integrity(files["part.js"])}"></script>`,
      ),
      ...files,
    },
  },
  "preload-integrity-wrong": {
    files: {
      "index.html": page(
        `<link rel="modulepreload" integrity="${integrity("other")}" href="part.js"><script type="module" src="part.js"></script><link rel="preload" as="script" integrity="${integrity("other")}" href="a.js"><script src="a.js"></script>`,
      ),
      ...files,
    },
  },
  "preload-by-a-script-later": {
    files: {
      "index.html": page(
        `<link rel="preload" as="script" href="a.js">`,
        `<script>globalThis.until = new Promise((resolve) => addEventListener("load", () => { const script = document.createElement("script"); script.src = "a.js"; script.onload = resolve; document.head.append(script); }));</script>`,
      ),
      ...files,
    },
  },
  prefetch: {
    files: {
      "index.html": page(
        `<link rel="prefetch" href="next.html"><link rel="prefetch" as="script" href="a.js"><link rel="preconnect" href="/"><link rel="dns-prefetch" href="/">`,
      ),
      "next.html": page(`<link rel="stylesheet" href="a.css">`),
      ...files,
    },
  },
  "speculation-rules": {
    files: {
      "index.html": page(
        `<script type="speculationrules">{ "prefetch": [{ "source": "list", "urls": ["next.html"] }] }</script><link rel="stylesheet" href="a.css">`,
      ),
      "next.html": page(`<link rel="stylesheet" href="a.css"><script type="module" src="app.js"></script>`),
      ...files,
    },
  },
  "speculation-rules-prerender": {
    files: {
      "index.html": page(
        `<script type="speculationrules">{ "prerender": [{ "source": "list", "urls": ["next.html"] }] }</script><link rel="stylesheet" href="a.css">`,
      ),
      "next.html": page(`<link rel="stylesheet" href="a.css"><script type="module" src="app.js"></script>`),
      ...files,
    },
  },
};
