import { spawnSync } from "node:child_process";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { programFile, runCli, startCli } from "../support/cli.js";
import { connect } from "../support/h2.js";
import { writeSite } from "../support/site.js";

/** Root may read everything: what another user may not is tried as "nobody", if that one can run the program. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
const canRun = spawnSync(process.execPath, [programFile, "--version"], { ...nobody, cwd: "/" }).status === 0;

/** A site with a stylesheet, a directory and a page that only its owner may read. */
async function forbidding(): Promise<string> {
  const root = await writeSite({
    "index.html": `<!doctype html><link rel=stylesheet href=a.css>\n<script src=b.js></script><script src=no.js></script>`,
    "a.css": "",
    "b.js": "",
    "secret.html": "<!doctype html>",
    "closed/c.txt": "c",
    "blind/d.txt": "d",
  });
  await chmod(root, 0o755);
  for (const path of ["a.css", "secret.html", "closed"]) await chmod(join(root, path), 0);
  // Its files can be had by name, and not be listed.
  await chmod(join(root, "blind"), 0o711);
  onTestFinished(() => chmod(join(root, "closed"), 0o700));
  return root;
}

test.skipIf(!canRun || process.platform === "win32")(
  "what can't be read is 403, named once, and not announced",
  async () => {
    const root = await forbidding();
    const cli = await startCli([root, "-p", "0", "--list", "--delivery", "link"], {
      cwd: "/",
      ...nobody,
    });
    const client = await connect(await cli.port(), { settings: { enablePush: false } });
    for (const path of [
      "/a.css",
      "/a.css",
      "/secret",
      "/secret.html",
      "/closed/",
      "/closed/c.txt",
      "/closed/no.txt",
      "/blind/",
    ]) {
      const answer = await client.request(path);
      expect([path, answer.status, answer.body.toString().includes(`not allowed to read ${path}`)]).toEqual([
        path,
        403,
        true,
      ]);
      expect(answer.body.toString()).not.toContain(root);
      expect((await client.request(path, { ":method": "HEAD" })).status).toBe(403);
    }
    expect((await client.request("/blind/d.txt")).status).toBe(200);
    expect((await client.request("/no.txt")).status).toBe(404);
    const { link = "" } = (await client.request("/")).headers;
    expect(String(link)).not.toContain("a.css");
    const told = await cli.prints(
      /1 is missing: \/no\.js \(index\.html:2\); 1 can't be read: \/a\.css \(EACCES, index\.html:1\)/,
    );
    expect(told).toBeTruthy();
    const notices = `${cli.stdout}${cli.stderr}`.split("\n").filter((line) => line.includes(`${root}/a.css (EACCES)`));
    expect(notices).toHaveLength(1);
  },
);

test.skipIf(!canRun || process.platform === "win32")(
  "a manifest names what can't be read, and calls nothing of it missing",
  async () => {
    const root = await forbidding();
    const { code, stdout, stderr } = await runCli(["manifest", root, "--format", "json"], { cwd: "/", ...nobody });
    expect(code).toBe(0);
    expect(stdout).not.toContain("a.css");
    expect(stderr).toContain("can't be read (EACCES): /a.css (index.html:1)");
    expect(stderr).toContain("missing: /no.js (index.html:2)");
    expect(stderr).not.toContain("missing: /a.css");
  },
);
