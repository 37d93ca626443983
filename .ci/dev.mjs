// Builds, serves from the build, and does both again when a source file changes: npm run dev -- [h2push's arguments]
import { spawn, spawnSync } from "node:child_process";

const tsc = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.json"];
const run = (args) => spawn(process.execPath, args, { stdio: "inherit" });

function serve() {
  const children = [
    run([...tsc, "--watch", "--preserveWatchOutput"]),
    run(["--watch", "bin/h2push.js", ...process.argv.slice(2)]),
  ];
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => children.forEach((child) => child.kill(signal)));
}

process.exitCode = spawnSync(process.execPath, tsc, { stdio: "inherit" }).status ?? 1;
if (process.exitCode === 0) serve();
