// Builds and starts the program, and does both again when a source file changes: npm run dev -- [h2push's arguments]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "rolldown";
import config from "../.rolldown.config.mjs";

let running;

async function restart() {
  await stop();
  running = spawn(process.execPath, ["bin/h2push.js", ...process.argv.slice(2)], { stdio: "inherit" });
}

async function stop() {
  if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
  const ended = once(running, "exit");
  running.kill();
  await ended;
}

// The types, which come second, are for those who use the library.
const [program] = config;
const watcher = watch(program);
watcher.on("event", async (event) => {
  if (event.code === "BUNDLE_END") await event.result.close();
  if (event.code === "ERROR") console.error(event.error);
  if (event.code === "END") await restart();
});
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => Promise.all([watcher.close(), stop()]));
