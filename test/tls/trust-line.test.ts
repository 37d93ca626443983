import { expect, test } from "vitest";
import type { Origin, Signer } from "../../src/tls/issue/certificate.js";
import { trustLine } from "../../src/tls/trust/line.js";

const files: Origin = { kind: "files", certFile: "cert.pem", keyFile: "key.pem" };
const ours: Origin = { kind: "stored", file: "server.pem", made: undefined, authority: "h2push" };
const mkcerts: Origin = { ...ours, authority: "mkcert" };
const memory: Origin = { kind: "memory", reason: "cannot write /home/ada (EROFS)" };
const authority = (trusted: boolean): Signer => ({ kind: "authority", name: "Some CA", trusted });

test.each<[string, Signer, Origin, string]>([
  ["ours, trusted", authority(true), ours, "browsers on this machine trust it"],
  ["ours, not trusted", authority(false), ours, "browsers do not trust it yet; to change that: h2push cert trust"],
  ["signed by mkcert", authority(false), mkcerts, "browsers trust it where mkcert -install was run"],
  ["in memory", authority(false), memory, "browsers do not trust it: cannot write /home/ada (EROFS)"],
  ["in memory, by the trusted authority", authority(true), memory, "browsers on this machine trust it"],
  ["the user's, by another authority", authority(false), files, "browsers trust it where they trust Some CA"],
  ["the user's, by our trusted authority", authority(true), files, "browsers on this machine trust it"],
  [
    "the user's, self-signed",
    { kind: "itself" },
    files,
    "browsers trust it only where it was put into their store: it is self-signed",
  ],
])("says of a certificate that is %s what browsers will do", (_, signer, origin, line) => {
  expect(trustLine({ signer, origin })).toBe(line);
});

test.each<[string[], string[], string[], string]>([
  [["Chromium", "Firefox (a)"], [], [], "browsers on this machine trust it: Chromium, Firefox (a)"],
  [["Chromium"], ["Firefox (a)"], [], "Chromium trusts it, Firefox (a) does not; to change that: h2push cert trust"],
  [
    ["Chromium", "Firefox (a)"],
    ["Firefox (b)", "Firefox (c)"],
    [],
    "Chromium, Firefox (a) trust it, Firefox (b), Firefox (c) do not; to change that: h2push cert trust",
  ],
  [["Chromium"], [], ["Firefox (a)"], "Chromium trusts it; certutil could not tell about Firefox (a)"],
  [[], ["Chromium"], [], "Chromium does not trust it; to change that: h2push cert trust"],
  [[], [], ["Chromium"], "browsers trust it where h2push cert trust was run; certutil could not tell about Chromium"],
])("names the browsers that trust it, those that do not, and those that can't be asked", (...sets) => {
  const [trusting, lacking, unknown, line] = sets;
  expect(trustLine({ signer: authority(true), origin: ours }, { trusting, lacking, unknown })).toBe(line);
});
