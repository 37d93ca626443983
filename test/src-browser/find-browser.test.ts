import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { browserPaths, findBrowser } from "../../src/browser/find-browser.js";
import { emptyDirectory } from "../support/directory.js";

test.each([
  [
    "linux",
    { PATH: "/a:/usr/bin" },
    ["/a/google-chrome", "/usr/bin/chromium", "/usr/bin/microsoft-edge", "/snap/bin/chromium"],
  ],
  [
    "darwin",
    { PATH: "/usr/bin" },
    [
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "/Users/me/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    ],
  ],
  [
    "win32",
    { PROGRAMFILES: String.raw`C:\Program Files`, LOCALAPPDATA: String.raw`C:\Users\me\AppData\Local` },
    [
      String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
      String.raw`C:\Users\me\AppData\Local\Google\Chrome\Application\chrome.exe`,
      String.raw`C:\Program Files\Microsoft\Edge\Application\msedge.exe`,
    ],
  ],
] as const)("on %s browsers are looked for where they lie, Chrome before Edge", (platform, env, expected) => {
  const paths = browserPaths({ platform, env, home: "/Users/me" });
  expect(paths.filter((path) => (expected as readonly string[]).includes(path))).toEqual(expected);
});

test("the first that is there is taken, and a machine without one is told how to get one", async () => {
  const folder = await emptyDirectory();
  const machine = { platform: "linux", env: { PATH: folder }, home: folder, isRoot: false } as const;
  await expect(findBrowser(undefined, { ...machine, platform: "win32", env: {} })).rejects.toMatchObject({
    code: "browser",
    message: "no Chrome, Chromium or Edge was found on this machine",
    hint: expect.stringContaining("--browser PATH"),
  });
  await writeFile(join(folder, "chromium"), "#!/bin/sh\n");
  await chmod(join(folder, "chromium"), 0o755);
  expect(await findBrowser(undefined, machine)).toBe(join(folder, "chromium"));
});

test.each([
  ["/gone/chrome", "no such program: /gone/chrome"],
  ["/usr/bin/firefox", "not a browser that can be driven: /usr/bin/firefox"],
])("--browser %s is refused", async (path, message) => {
  const machine = { platform: "linux", env: {}, home: "/", isRoot: false } as const;
  await expect(findBrowser(path, machine)).rejects.toMatchObject({ code: "browser", message });
});
