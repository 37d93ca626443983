import { expect, test } from "vitest";
import { createCertificate } from "../../../src/index.js";
import { hostOf, Hosts } from "../../../src/server/middleware/host-check.js";
import { http1 } from "../../support/h1.js";
import { connect } from "../../support/h2.js";
import { startServer } from "../../support/server.js";
import { writeSite } from "../../support/site.js";

const hosts = new Hosts(["app.test", "*.dev.test"]);

test.each([
  ["localhost", true],
  ["localhost:8443", true],
  ["LOCALHOST.", true],
  ["sub.localhost:1", true],
  ["127.0.0.1:8443", true],
  ["192.0.2.7", true],
  ["[::1]:8443", true],
  ["[2001:db8::1]", true],
  ["app.test", true],
  ["APP.test:8443", true],
  ["a.dev.test", true],
  ["dev.test", false],
  ["a.b.dev.test", false],
  ["sub.app.test", false],
  ["evil.test", false],
  ["app.test.evil.test", false],
  ["localhost.evil.test", false],
  ["notlocalhost", false],
  ["127.0.0.1.evil.test", false],
  ["", false],
  ["a/@localhost", false],
  ["localhost@evil.test", false],
  ["localhost:8443:1", false],
  ["localhost evil", false],
  ["[::1", false],
  ["[app.test]", false],
])("%j is one of ours: %s", (authority, ours) => {
  expect(hosts.allows(authority)).toBe(ours);
  expect(hosts.allows(authority)).toBe(ours);
});

test("the names of a new certificate count instead of those before", () => {
  const hosts = new Hosts(["app.test"]);
  hosts.certified(["one.test"]);
  expect(hosts.allows("one.test")).toBe(true);
  hosts.certified(["two.test"]);
  expect(["app.test", "one.test", "two.test"].map((name) => hosts.allows(name))).toEqual([true, false, true]);
});

test.each([
  ["[::1]:80", "::1"],
  ["EXAMPLE.test.:443", "example.test"],
  ["a b", undefined],
])("the host of %s is %s", (authority, host) => {
  expect(hostOf(authority)).toBe(host);
});

test("a host that is not ours is answered with 421, over both protocols and by whichever field names it", async () => {
  const { port } = await startServer({ root: await writeSite({ "index.html": "home" }), allowHost: ["app.test"] });
  const { request } = await connect(port);
  const over2 = async (fields: Record<string, string>) => (await request("/", fields)).status;
  expect(await over2({ ":authority": "app.test:1" })).toBe(200);
  expect(await over2({ ":authority": "evil.test" })).toBe(421);
  expect(await over2({ ":authority": "localhost", host: "evil.test" })).toBe(421);
  expect(await over2({ ":authority": "evil.test", host: "localhost" })).toBe(421);
  expect(await over2({ ":authority": "localhost", host: "app.test" })).toBe(200);
  const over1 = async (path: string, host: string) => (await http1(port, path, { headers: { host } })).status;
  expect(await over1("/", "localhost")).toBe(200);
  expect(await over1("/", "evil.test")).toBe(421);
  expect(await over1("https://evil.test/", "localhost")).toBe(421);
  expect(await over1("https://localhost/", "localhost")).toBe(200);
});

test("a route is not asked for a host that is not ours", async () => {
  const { port } = await startServer({ routes: [() => new Response("asked")] });
  expect((await http1(port, "/", { headers: { host: "evil.test" } })).status).toBe(421);
  expect((await http1(port, "/")).body.toString()).toBe("asked");
});

test("the names of the certificate are ours", async () => {
  const certificate = await createCertificate({ names: ["my.test"] });
  const { port } = await startServer({ root: await writeSite({ "index.html": "home" }), certificate });
  expect((await http1(port, "/", { headers: { host: `my.test:${port}` } })).status).toBe(200);
});
