// The servers under attack, as processes of their own, and what the system tells of them. Linux alone tells that.
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const local = (path) => fileURLToPath(new URL(path, import.meta.url));
const h2push = local("../../../bin/h2push.js");
/** `getconf CLK_TCK` of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Servers that run. They end with this process, also when it is told to end before its time. */
const running = new Set();

function endWith(signal) {
  for (const child of running) child.kill("SIGKILL");
  process.kill(process.pid, signal);
}
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, endWith);
process.once("exit", () => running.forEach((child) => child.kill("SIGKILL")));

let starts = 0;

/** Starts a server; its log and its errors are files, so that nobody has to read them meanwhile. */
async function startServer(directory, name, args) {
  const number = ++starts;
  const [log, errors] = ["log", "errors"].map((kind) => join(directory, `${number}.${kind}`));
  const [out, err] = [await open(log, "w"), await open(errors, "w")];
  const env = { ...process.env, HOME: directory, XDG_DATA_HOME: join(directory, "data") };
  const child = spawn(process.execPath, args, { env, cwd: directory, stdio: ["ignore", out.fd, err.fd] });
  await Promise.all([out.close(), err.close()]);
  running.add(child);
  const exited = once(child, "exit").finally(() => running.delete(child));
  let port;
  while (port === undefined) {
    await after(20);
    port = /https:\/\/localhost:(\d+)\//.exec(await readFile(log, "utf8"))?.[1];
    if (child.exitCode !== null) throw new Error(`${name} ended: ${await readFile(errors, "utf8")}`);
  }
  return {
    port: Number(port),
    pid: child.pid,
    measure: async () => {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the server ended: ${await readFile(errors, "utf8")}`);
      return measure(child.pid);
    },
    errors: () => readFile(errors, "utf8"),
    close: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

/** Starts the servers that are measured, by their names. */
export const servers = {
  "node:http2": ({ directory, root, upstream }) =>
    startServer(directory, "bare", [local("bare-server.js"), root, ...pair(directory), upstream]),
  h2push: ({ directory, root, upstream }) => {
    const [cert, key] = pair(directory);
    return startServer(directory, "h2push", [
      h2push,
      root,
      "-p",
      "0",
      "-C",
      cert,
      "-K",
      key,
      "--proxy",
      `/up=${upstream}`,
    ]);
  },
};

export const pair = (directory) => [join(directory, "cert.pem"), join(directory, "key.pem")];

/** Processor time (seconds), resident memory now and at its peak (MB) and open descriptors of a process. */
async function measure(pid) {
  const [status, stat, fds] = await Promise.all([
    readFile(`/proc/${pid}/status`, "utf8"),
    readFile(`/proc/${pid}/stat`, "utf8"),
    readdir(`/proc/${pid}/fd`),
  ]);
  const megabytes = (field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)[1]) / 1024;
  // Behind the name, which may have spaces: the 12th and 13th are the time in the program and in the system.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    processor: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    memory: megabytes("VmRSS"),
    peak: megabytes("VmHWM"),
    descriptors: fds.length,
  };
}

/** Starts a script beside this one; what it returns ends it. */
export async function startScript(name, args) {
  const child = fork(local(name), args);
  const [message] = await once(child, "message");
  const exited = once(child, "exit");
  return {
    message,
    next: () => once(child, "message"),
    close: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
