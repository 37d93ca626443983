import { expect, test } from "vitest";
import { segmentsOf } from "../../src/files/path.js";

test.each([
  ["/", [], true],
  ["/a", ["a"], false],
  ["/a/", ["a"], true],
  ["/a/b.html", ["a", "b.html"], false],
  ["/a%20b", ["a b"], false],
  ["/%C3%A9.html", ["é.html"], false],
  ["/a%3Fb%23c", ["a?b#c"], false],
  ["/%2541", ["%41"], false],
  ["/a..b", ["a..b"], false],
  ["/~user/+,;=:@!$&'()*", ["~user", "+,;=:@!$&'()*"], false],
  ["/.well-known/acme-challenge/x", [".well-known", "acme-challenge", "x"], false],
  ["/a//b.html", ["a", "b.html"], false],
  ["/a//b//", ["a", "b"], true],
  ["/con", ["con"], false],
  ["/a.", ["a."], false],
])("takes %s apart", (pathname, names, directory) => {
  expect(segmentsOf(pathname, "linux")).toEqual({ ok: true, names, directory });
});

test.each([
  ["no slash first", "a", 400],
  ["nothing", "", 400],
  ["a server-wide request", "*", 400],
  ["a fragment", "/a#b", 400],
  ["a control character", "/a\tb", 400],
  ["a line break", "/a\nb", 400],
  ["broken percent-encoding", "/a%2", 400],
  ["percent-encoding of nothing", "/%zz", 400],
  ["bytes that are not UTF-8", "/%C3%28", 400],
  ["an overlong encoding", "/%C0%AE%C0%AE/", 400],
  ["an encoded NUL", "/a%00.html", 400],
  ["a dot segment", "/./a", 404],
  ["two dots", "/../a", 404],
  ["two dots at the end", "/a/..", 404],
  ["encoded dots", "/%2e%2e/a", 404],
  ["half encoded dots", "/.%2E/a", 404],
  ["an encoded slash", "/a%2fb", 404],
  ["an encoded slash behind dots", "/..%2Fa", 404],
  ["a backslash", "/a\\b", 404],
  ["an encoded backslash", "/..%5Ca", 404],
  ["two slashes in front", "//a", 404],
  ["two slashes", "//", 404],
  ["three slashes", "/a///b", 404],
  ["three slashes at the end", "/a///", 404],
  ["a dotfile", "/.env", 404],
  ["a dotfile below", "/a/.git/config", 404],
  ["a dotfile behind two slashes", "/a//.git/config", 404],
  [".well-known behind two slashes", "/a//.well-known/x", 404],
  ["an encoded dotfile", "/%2eenv", 404],
  [".well-known that is not at the top", "/a/.well-known/x", 404],
  ["a dotfile in .well-known", "/.well-known/.env", 404],
  ["what begins like .well-known", "/.well-known2/x", 404],
])("refuses %s: %j", (_what, pathname, status) => {
  expect(segmentsOf(pathname, "linux")).toEqual({ ok: false, status });
});

test.each([
  "/con",
  "/NUL.txt",
  "/a/COM1",
  "/lpt9.html",
  "/a.html::$DATA",
  "/c:",
  "/index.html.",
  "/a%20",
  "/a. ",
  "/GIT~1/config",
  "/ENV~1",
])("on Windows, %s names another file than it says", (pathname) => {
  expect(segmentsOf(pathname, "win32")).toEqual({ ok: false, status: 404 });
});

test.each([
  "/console.html",
  "/a.b/c",
  "/nullable",
  "/~user/x",
  "/a~b",
  "/vendors~1a2b.js",
  "/report~2024.pdf",
  "/a~1.html",
])("on Windows, %s is an ordinary name", (pathname) => {
  expect(segmentsOf(pathname, "win32").ok).toBe(true);
});
