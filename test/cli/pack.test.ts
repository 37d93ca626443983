import { execFile, spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { emptyDirectory } from "../support/directory.js";
import { connect } from "../support/h2.js";
import { writeSite } from "../support/site.js";

const run = promisify(execFile);
const project = fileURLToPath(new URL("../..", import.meta.url));
const shell = process.platform === "win32";

/** What `npm pack --json` says of a tarball. */
interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** Whether a failure of npm says that there is no registry to ask. */
const offline = (error: unknown) =>
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED|E40[137]|E5\d\d/.test(String(error));

test(
  "a packed tarball, installed into an empty folder, runs with no other step",
  { timeout: 180_000 },
  async (task) => {
    const folder = await emptyDirectory();
    // The build is there already: `prepare` would make the same once more, under the feet of other tests.
    const pack = ["pack", project, "--pack-destination", folder, "--ignore-scripts", "--json"];
    const packed: Packed[] = JSON.parse((await run("npm", pack, { cwd: folder, shell })).stdout);
    const [{ filename, files } = { filename: "", files: [] }] = packed;
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "bin/h2push.js",
        "dist/cli/config.schema.json",
        "dist/index.js",
        "dist/index.d.ts",
        "dist/main.js.map",
        "package.json",
      ]),
    );
    expect(paths.filter((path) => /^dist\/.*\.js$/.test(path)).length).toBeLessThan(80);
    expect(paths.filter((path) => /^(?:src|test|node_modules|\.)/.test(path))).toEqual([]);

    const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, filename)];
    try {
      await run("npm", install, { cwd: folder, shell });
    } catch (error) {
      if (!offline(error)) throw error;
      return task.skip("the npm registry can't be reached");
    }
    const { version } = JSON.parse(await readFile(join(project, "package.json"), "utf8"));
    expect((await run("npx", ["h2push", "--version"], { cwd: folder, shell })).stdout).toBe(`${version}\n`);

    const site = await writeSite({ "index.html": `<link rel="stylesheet" href="/a.css">`, "a.css": "body {}" });
    const env = { ...process.env, HOME: folder, XDG_DATA_HOME: join(folder, "data") };
    const bin = join(folder, "node_modules", ".bin", "h2push");
    const { status, pushed } = await (await connect(await served([site, "-p", "0"], folder, env, bin))).page("/");
    expect([status, [...pushed.keys()]]).toEqual([200, ["/a.css"]]);

    // What it reads beside the code: a thread's own file, the demo's pages, the packages that sign.
    const command = (...args: string[]) => run(bin, args, { cwd: folder, env, shell });
    const [one, two] = await Promise.all(["1", "2"].map((jobs) => command("manifest", site, "--jobs", jobs)));
    expect(two).toEqual(one);
    expect(JSON.parse(one?.stdout ?? "").pages["/"]).toEqual([expect.objectContaining({ target: "/a.css" })]);
    expect((await command("cert", "--out", "certs")).stdout).toContain("localhost");
    const demo = await (await connect(await served(["--demo", "-p", "0"], folder, env, bin))).page("/");
    expect([demo.status, demo.pushed.size > 0]).toEqual([200, true]);

    const script = `import * as api from "h2push"; console.log(typeof api.createServer, typeof api.scan)`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
    expect(stdout).toBe("function function\n");
    await checkTypes(folder);
  },
);

/** The port that the packed program serves on. */
function served(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv, bin: string): Promise<number> {
  const server = spawn(bin, args, { cwd, env, shell, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void server.kill());
  return new Promise((resolve) => {
    let text = "";
    server.stdout.on("data", (more) => {
      text += String(more);
      const [, found] = /https:\/\/localhost:(\d+)\//.exec(text) ?? [];
      if (found !== undefined) resolve(Number(found));
    });
  });
}

/** A program that imports every name of the library's compiles, with the library's own types checked too. */
async function checkTypes(folder: string): Promise<void> {
  const source = await readFile(join(project, "src/index.ts"), "utf8");
  const names = [...source.matchAll(/export (type )?\{ (.*?) \}/g)].flatMap(([, type = "", list = ""]) =>
    list.split(", ").map((name) => `${name.startsWith("type ") ? "" : type}${name}`),
  );
  expect(names.length).toBeGreaterThan(20);
  await writeFile(join(folder, "all.mts"), `export { ${names.join(", ")} } from "h2push";`);
  const types = join(project, "node_modules/@types");
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--types", "node"];
  const tsc = join(project, "node_modules/typescript/bin/tsc");
  await run(process.execPath, [tsc, ...flags, "--typeRoots", types, "all.mts"], { cwd: folder });
}
