import { expect, test } from "vitest";
import { startCli } from "../support/cli.js";
import { connect } from "../support/h2.js";
import { writeSite } from "../support/site.js";
import { startUpstream } from "../support/upstream.js";

const site = {
  "index.html": `<link rel="stylesheet" href="/a.css"><img src="/b.png" srcset="/c.png 2x">`,
  "a.css": `@import "/d.css"`,
  "b.png": "b",
  "c.png": "c",
  "d.css": "",
};

test("NODE_DEBUG=h2push tells by which means each target goes, and why", async () => {
  const { origin } = await startUpstream();
  const args = [await writeSite(site), "-p", "0", "--proxy", `/api=${origin}`];
  const cli = await startCli(args, { env: { NODE_DEBUG: "h2push" } });
  const port = await cli.port();
  await cli.says(/looking ahead ended: 1 pages in \d+ ms/);
  await cli.says(/scan of \/ ended: 3 targets in \d+ ms/);

  await (await connect(port)).page("/");
  await cli.says(/\/: push \/a\.css \(the client takes pushes\)/);
  await cli.says(/\/: (?:link|skip) \S*[bc]\.png \(/);

  const other = await connect(port, { settings: { enablePush: false } });
  await other.page("/");
  await cli.says(/\/: skip \/a\.css \(in the HTML\)/);
  await cli.says(/\/: link \/d\.css \(push off\)/);
  await other.page("/");
  await cli.says(/scan of \/: known from before/);
  await other.page("/api/x?y");
  await cli.says(new RegExp(`GET /api/x\\?y is passed on to ${origin}/api/x\\?y`));
});

test("without it, nothing is told", async () => {
  const cli = await startCli([await writeSite(site), "-p", "0", "-q"]);
  await (await connect(await cli.port())).page("/");
  cli.child.kill();
  await cli.exit;
  expect(cli.stderr).toBe("");
});
