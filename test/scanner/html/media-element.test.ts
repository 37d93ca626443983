import { expect, test } from "vitest";
import { scanIndex } from "../../support/scan-index.js";

const files = { a: "", b: "", c: "" };

test.each([
  ["<source src=a>", ["/a"], []],
  ["<source src=a media=print><source src=b><source src=c>", ["/b"], [["/a", "media"]]],
  ["<source src=a type=video/x-unheard-of><source src=b type=video/mp4>", ["/b"], [["/a", "type"]]],
  ["<source><source src=b>", ["/b"], []],
  ["<track src=a><track src=b default>", ["/b"], []],
])("of a video with %s, %j is loaded", async (content, loaded, left) => {
  const html = `<video>${content}</video><source src=c><track src=c default>`;
  const { entries, ignored } = await scanIndex({ "index.html": html, ...files }, [], true);
  expect(entries.map(({ target }) => target)).toEqual(loaded);
  expect(ignored.map(({ target, reason }) => [target, reason])).toEqual(left);
});

test.each(["<video preload=none><source src=a></video>", "<audio preload=none src=a></audio>"])(
  "of %s nothing is loaded",
  async (html) => {
    const { entries, ignored } = await scanIndex({ "index.html": html, ...files }, [], true);
    expect(entries).toEqual([]);
    expect(ignored).toEqual([{ target: "/a", reason: "not loaded" }]);
  },
);
