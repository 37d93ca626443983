import { expect, test } from "vitest";
import { normalizeName, normalizeNames, parseSubjectAltName } from "../../src/tls/issue/certificate-names.js";

test.each([
  ["localhost", "localhost"],
  ["App.Test.", "app.test"],
  ["bücher.test", "xn--bcher-kva.test"],
  ["my_host", "my_host"],
  ["*.app.test", "*.app.test"],
  ["127.0.0.1", "127.0.0.1"],
  ["[::1]", "::1"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["FE80::1%eth0", "fe80::1"],
  ["2001:db8:0:0::1", "2001:db8::1"],
])("%s is %s in a certificate", (name, expected) => {
  expect(normalizeName(name)).toBe(expected);
});

test.each([
  "",
  " ",
  "a b",
  "app.test/path",
  "https://app.test",
  "a..b",
  "-a.test",
  "*.localhost",
  "*",
  "a.*.test",
  "a,b",
  "1.2.3",
])("no certificate is made for %j", (name) => {
  expect(() => normalizeName(name)).toThrow(expect.objectContaining({ code: "usage" }));
});

test("a name given twice is there once", () => {
  expect(normalizeNames(["a.test", "A.test", "::1", "[::1]"])).toEqual(["a.test", "::1"]);
});

test.each([
  [undefined, []],
  ["DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1", ["localhost", "127.0.0.1", "::1"]],
  ['DNS:"a, DNS:b", DNS:c.test', ["a, DNS:b", "c.test"]],
  ["URI:https://a.test, DNS:a.test, email:me@a.test", ["a.test"]],
])("reads %j", (text, names) => {
  expect(parseSubjectAltName(text)).toEqual(names);
});
