import { expect, test } from "vitest";
import { pagesLacking } from "../../../src/server/scan/pages-lacking.js";
import { writeSite } from "../../support/site.js";

const noIndex = "no index.html in ROOT: / is 404; to list what is there: --list";

test.each([
  ["a site with a page", { "index.html": "" }, {}, []],
  ["a site without one", { "a.html": "" }, {}, [noIndex]],
  ["one that is listed", { "a.html": "" }, { list: true }, []],
  ["one that an upstream answers", {}, { proxy: ["/=http://127.0.0.1:9"] }, []],
  ["one that a rule answers", { _redirects: "/ /a.html 200\n", "a.html": "" }, {}, []],
  ["a fallback that is there", { "app.html": "" }, { single: "app.html" }, []],
  [
    "one that is not",
    { "index.html": "" },
    { single: "a b.html" },
    ["no a b.html in ROOT: paths that --single should answer get 404 until it is there"],
  ],
])("of %s is said what lacks", async (_what, files, options, lacking) => {
  const root = await writeSite(files);
  expect((await pagesLacking(root, options)).map((text) => text.replace(root, "ROOT"))).toEqual(lacking);
});
