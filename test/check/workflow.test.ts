import { spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { expect, test } from "vitest";
import { programFile } from "../support/cli.js";
import { emptyDirectory } from "../support/directory.js";
import { writeSite } from "../support/site.js";

const readme = new URL("../../README.md", import.meta.url);

/** What the workflow of the README runs, but for the installation. */
async function commands(): Promise<string[]> {
  const [, workflow = ""] = /```yaml\n(.*?)```/s.exec(await readFile(readme, "utf8")) ?? [];
  const lines = [...workflow.matchAll(/^ +- run: (.+)$/gm)].map(([, command]) => command ?? "");
  return lines.filter((command) => command !== "npm ci");
}

test.each([
  ["passes a good build", "<!doctype html><title>here</title>", [0, 0, 0]],
  ["stops at a bad one", `<!doctype html><title>here</title><img src="/gone.png">`, [0, 1]],
])("the workflow of the README %s", async (_, page, codes) => {
  const scripts = { build: "node build.mjs", test: "node test.mjs" };
  const project = await writeSite({
    "package.json": JSON.stringify({ name: "site", private: true, type: "module", scripts }),
    "build.mjs": `import { mkdirSync, writeFileSync } from "node:fs"; mkdirSync("dist"); writeFileSync("dist/index.html", ${JSON.stringify(page)});`,
    "test.mjs": `const page = await (await fetch(process.env.H2PUSH_URL)).text(); process.exitCode = page.includes("here") ? 0 : 1;`,
  });
  const bin = join(project, "node_modules/.bin");
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "h2push"), `#!/bin/sh\nexec '${process.execPath}' '${programFile}' "$@"\n`, {
    mode: 0o755,
  });
  const home = await emptyDirectory();
  const env = {
    PATH: `${process.env["PATH"]}${delimiter}${bin}`,
    HOME: home,
    XDG_DATA_HOME: `${home}/data`,
    H2PUSH_URL: "",
  };
  const ended: number[] = [];
  for (const command of await commands()) {
    if (ended.some((code) => code !== 0)) break;
    const { status, stdout } = spawnSync(command, { shell: true, cwd: project, env, encoding: "utf8" });
    ended.push(status ?? -1);
    if (command.includes("check") && status === 1) expect(stdout).toMatch(/^::error file=dist\/index\.html,line=1,/m);
  }
  expect(ended).toEqual(codes);
});
