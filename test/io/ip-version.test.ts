import { isIP } from "node:net";
import { expect, test } from "vitest";
import { ipVersion } from "../../src/io/ip-version.js";

test.each([
  ["127.0.0.1", "192.0.2.255", "0.0.0.0"],
  ["1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "0x7f.0.0.1", "1.2.3.4:80", ""],
  ["::", "::1", "1::", "0:0:0:0:0:0:0:1", "2001:DB8::a", "::ffff:192.0.2.1", "1:2:3:4:5:6:7::", "fe80::1"],
  [":", ":::", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1.2.3", "::1.2.3.256", "1:2:3:4:5:6:7", "::1]"],
  ["localhost", "app.test", "::1]:80/[::1", "a:b", "[::1]", " ::1", "::1/64"],
])("tells addresses as node:net does: %j", (...addresses) => {
  expect(addresses.map(ipVersion)).toEqual(addresses.map((address) => isIP(address)));
});
