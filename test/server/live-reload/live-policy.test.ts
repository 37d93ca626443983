import { expect, test } from "vitest";
import { obstacleIn, obstacleInMeta } from "../../../src/server/live-reload/csp-warnings.js";

const page = { nonce: undefined, authority: "localhost:8443" };

test.each([
  "",
  "img-src 'none'",
  "default-src 'self'",
  "script-src 'self'; connect-src 'self'",
  "default-src 'none'; script-src-elem 'self'; script-src 'none'; connect-src *",
  "default-src https:",
  "default-src https://localhost:8443",
  "default-src localhost:*",
  "sandbox allow-scripts allow-same-origin",
  "DEFAULT-SRC 'SELF'",
])("a page under the policy %j is told of changes", (policy) => {
  expect(obstacleIn(policy, page)).toBeUndefined();
});

test.each([
  ["default-src 'none'", "default-src 'none'"],
  ["script-src", "script-src"],
  ["script-src 'sha256-abc'", "script-src 'sha256-abc'"],
  ["script-src 'self' 'strict-dynamic' 'nonce-abc'", "script-src 'self' 'strict-dynamic' 'nonce-abc'"],
  ["default-src 'self'; connect-src 'none'", "connect-src 'none'"],
  ["default-src https://cdn.example", "default-src https://cdn.example"],
  ["default-src localhost:9000", "default-src localhost:9000"],
  ["default-src 'self'; sandbox", "sandbox"],
  ["sandbox allow-scripts", "sandbox allow-scripts"],
  ["default-src 'self', default-src 'none'", "default-src 'none'"],
])("a page under the policy %j is not, for %j", (policy, obstacle) => {
  expect(obstacleIn(policy, page)).toBe(obstacle);
});

test("the nonce of the page's scripts is ours, in its very case", () => {
  const policy = "script-src 'strict-dynamic' 'nonce-aBc'";
  expect(obstacleIn(policy, { ...page, nonce: "aBc" })).toBeUndefined();
  expect(obstacleIn(policy, { ...page, nonce: "abc" })).toBe(policy);
});

test("a meta element comes after the script and can only forbid the stream", () => {
  expect(obstacleInMeta(["script-src 'none'", "sandbox"], page)).toBeUndefined();
  expect(obstacleInMeta(["default-src 'none'; script-src 'none'"], page)).toBe("default-src 'none'");
});
