import { expect, test } from "vitest";
import { checkPorts, portBeside } from "../../../src/server/listen/ports.js";

test("beside port 443 goes port 80, beside others 8080", () => {
  expect([443, 8443, 0].map(portBeside)).toEqual([80, 8080, 8080]);
});

test.each([
  ["localhost", 8443, undefined],
  ["localhost", 8443, true],
  ["localhost", 443, true],
  ["localhost", 0, 0],
  ["unix:/tmp/s", 8080, 8080],
] as const)("on %s, port %i goes with --redirect %s", (host, port, redirect) => {
  expect(() => checkPorts({ host, port, redirect })).not.toThrow();
});

test.each([
  [8443, 8443],
  [8080, true],
  [80, 80],
] as const)("port %i does not go with --redirect %s: both are one", (port, redirect) => {
  expect(() => checkPorts({ host: "localhost", port, redirect })).toThrow(`--port and --redirect are both ${port}`);
});
