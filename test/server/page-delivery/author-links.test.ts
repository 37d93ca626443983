import { expect, test } from "vitest";
import { scan } from "../../../src/server/scan/scan-directory.js";
import { connect } from "../../support/h2.js";
import { noPush } from "../../support/loads.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const style = "@font-face { font-family: F; src: url(f.woff2) } body { font-family: F }";

/** The `Link` field of a page with that `Link` of its author's. */
async function linkOf(html: string, link: string) {
  const files = { "index.html": `${html}<p>text`, "s.css": style, "a.js": "", "f.woff2": "" };
  const { port } = await startServer({ root: await writeSite({ ...files, _headers: `/\n  link: ${link}` }) });
  const { request } = await connect(port, noPush);
  return (await request("/")).headers.link;
}

test("a font is left to the browser beside a script, also where the author announces the stylesheet that the HTML names", async () => {
  const html = `<link rel=stylesheet href=/s.css><script defer src=/a.js></script>`;
  expect(await linkOf(html, "</s.css>; rel=preload; as=style")).toBe("</s.css>; rel=preload; as=style");
});

test("a script that the parser waits for keeps no font back, also where the author announces it", async () => {
  const html = `<link rel=stylesheet href=/s.css><script src=/a.js></script>`;
  expect(await linkOf(html, "</a.js>; rel=preload; as=script")).toContain("</f.woff2>");
});

test("what another server answers by a rule is not missing", async () => {
  const root = await writeSite({
    "index.html": `<script src=/js/script.js></script><script src=/gone.js></script>`,
    _redirects: "/js/script.js https://plausible.io/js/script.js 200",
  });
  expect((await scan(root)).missing.map(({ target }) => target)).toEqual(["/gone.js"]);
});
