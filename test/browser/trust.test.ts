import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createSecureServer } from "node:http2";
import { type BrowserContext, chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { runTrust, runUntrust } from "../../src/cli/commands/cert-trust.js";
import type { CertEnvironment } from "../../src/cli/certificates/cert-environment.js";
import { secureContexts } from "../../src/tls/store/secure-context.js";
import { loadStoredPair } from "../../src/tls/store/load-stored-pair.js";
import { chromiumPath, firefoxPath } from "../support/browsers.js";
import { hasCertutil } from "../support/certutil.js";
import { runCli, startCli } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { startFirefox } from "../support/firefox.js";

const FILES: Readonly<Record<string, readonly [type: string, body: string]>> = {
  "/": ["text/html", `<!doctype html><title>trusted</title><script src="/asset.js"></script>`],
  "/asset.js": ["text/javascript", `globalThis.loaded = "${"x".repeat(5000)}";`],
  "/worker.js": ["text/javascript", `addEventListener("fetch", () => undefined);`],
};

interface Served {
  readonly url: string;
  readonly environment: CertEnvironment;
}

/** A site with the certificate that h2push makes for itself in a fresh home. */
async function serve(): Promise<Served> {
  const home = await emptyDirectory();
  const env = { PATH: process.env["PATH"], HOME: home };
  const environment = { home, env, platform: process.platform, directory: `${home}/data`, cwd: home, isRoot: false };
  const server = createSecureServer(secureContexts({ tlsMin: "1.2" })(await loadStoredPair(environment)));
  server.on("stream", (stream, headers) => {
    const [type, body] = FILES[headers[":path"] ?? ""] ?? ["text/plain", ""];
    stream.on("error", () => undefined);
    stream.respond({ "content-type": type, "cache-control": type === "text/javascript" ? "max-age=60" : "no-cache" });
    stream.end(body);
  });
  server.on("sessionError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return { url: `https://localhost:${typeof address === "object" ? address?.port : ""}/`, environment };
}

/** A Chromium of the user whose home it is; it knows no other certificates than that home and its own. */
async function browse({ home, env }: Pick<CertEnvironment, "home" | "env">): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(`${home}/profile`, {
    ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
    env: { PATH: env["PATH"] ?? "", HOME: home },
  });
  onTestFinished(() => context.close());
  return context;
}

test.skipIf(chromiumPath === undefined || !hasCertutil)(
  "after `cert trust`, Chromium opens the page without an error, keeps its cache and takes a service worker",
  async () => {
    const served = await serve();
    await runTrust({}, served.environment, () => undefined);
    const page = await (await browse(served.environment)).newPage();
    expect((await page.goto(served.url))?.status()).toBe(200);
    expect((await page.goto(served.url))?.status()).toBe(200);
    const transferred = await page.evaluate(() => {
      const [asset] = performance.getEntriesByName(new URL("/asset.js", location.href).href);
      return asset instanceof PerformanceResourceTiming ? [asset.decodedBodySize > 5000, asset.transferSize] : [];
    });
    expect(transferred).toEqual([true, 0]);
    const state = await page.evaluate(async () => {
      await navigator.serviceWorker.register("/worker.js");
      return (await navigator.serviceWorker.ready).active !== null;
    });
    expect(state).toBe(true);
  },
);

test.skipIf(chromiumPath === undefined || !hasCertutil)("from nothing to a trusted page in two commands", async () => {
  const home = await emptyDirectory();
  const options = { cwd: home, env: { HOME: home, XDG_DATA_HOME: `${home}/.local/share` } };
  expect(await runCli(["cert", "trust"], options)).toMatchObject({ code: 0 });
  const server = await startCli(["--demo", "--port", "0"], options);
  const page = await (await browse({ home, env: { PATH: process.env["PATH"] } })).newPage();
  expect((await page.goto(`https://localhost:${await server.port()}/`))?.status()).toBe(200);
});

test.skipIf(chromiumPath === undefined || !hasCertutil)(
  "before it, and after `cert untrust`, it refuses the page",
  async () => {
    const served = await serve();
    const before = await (await browse(served.environment)).newPage();
    await expect(before.goto(served.url)).rejects.toThrow("ERR_CERT_AUTHORITY_INVALID");
    await before.context().close();
    await runTrust({}, served.environment, () => undefined);
    await runUntrust({}, served.environment, () => undefined);
    const after = await (await browse(served.environment)).newPage();
    await expect(after.goto(served.url)).rejects.toThrow("ERR_CERT_AUTHORITY_INVALID");
  },
);

test.skipIf(firefoxPath === undefined || !hasCertutil)(
  "after `cert trust`, Firefox opens the page without an error, and not before",
  async () => {
    const { url, environment } = await serve();
    const profile = `${environment.home}/.mozilla/firefox/test.default`;
    await mkdir(profile, { recursive: true });
    execFileSync("certutil", ["-d", `sql:${profile}`, "-N", "--empty-password"]);
    const title = async (): Promise<string> => {
      const { bidi, context, close } = await startFirefox(firefoxPath ?? "", { home: environment.home, profile });
      try {
        await bidi.send("browsingContext.navigate", { context, url, wait: "complete" });
        const expression = { expression: "document.title", target: { context }, awaitPromise: false };
        return JSON.stringify(await bidi.send("script.evaluate", expression));
      } finally {
        await close();
      }
    };
    await expect(title()).rejects.toThrow(/SEC_ERROR_UNKNOWN_ISSUER|insecure|MOZILLA_PKIX|certificate/i);
    await runTrust({}, environment, () => undefined);
    expect(await title()).toContain(`"value":"trusted"`);
  },
);
