import type { NetworkInterfaceInfo } from "node:os";
import { expect, test } from "vitest";
import { normalizeNames } from "../../src/tls/issue/certificate-names.js";
import { networkNames } from "../../src/tls/issue/network-names.js";

function address(text: string, internal = false): NetworkInterfaceInfo {
  const common = { address: text, internal, mac: "00:00:00:00:00:00", netmask: "", cidr: null };
  return text.includes(":") ? { ...common, family: "IPv6", scopeid: 0 } : { ...common, family: "IPv4" };
}

const interfaces = {
  lo: [address("127.0.0.1", true), address("::1", true)],
  wlan0: [address("192.0.2.7"), address("2001:db8::7"), address("fe80::1234")],
  down: undefined,
};

test.each([
  ["laptop", ["laptop", "laptop.local", "192.0.2.7", "2001:db8::7"]],
  ["laptop.lan", ["laptop.lan", "192.0.2.7", "2001:db8::7"]],
  ["Ada's MacBook", ["192.0.2.7", "2001:db8::7"]],
  ["482910338471", ["482910338471.local", "192.0.2.7", "2001:db8::7"]],
  ["", ["192.0.2.7", "2001:db8::7"]],
])("a machine called %j is known to others as %j", (host, names) => {
  expect(networkNames(interfaces, host)).toEqual(names);
});

test("what this machine is called can be put into a certificate", () => {
  expect(() => normalizeNames(networkNames())).not.toThrow();
});
