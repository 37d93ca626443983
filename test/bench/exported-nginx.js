import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const bin = fileURLToPath(new URL("../../bin/h2push.js", import.meta.url));
const NEEDED = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

/** An nginx for each site, as `h2push export` configures it, or plain: what our own listener simulates a network for. */
export class ExportedNginx {
  #isPlain;
  #running = new Map();

  constructor({ isPlain }) {
    this.#isPlain = isPlain;
  }

  /** What has the program pass every request on to it. */
  async argsFor(root) {
    const known = this.#running.get(root) ?? start(root, this.#isPlain);
    this.#running.set(root, known);
    return ["--proxy", `/=http://127.0.0.1:${(await known).port}`];
  }

  async remove() {
    for (const running of this.#running.values()) await (await running).close();
  }
}

async function start(root, isPlain) {
  const directory = await mkdtemp(join(tmpdir(), "h2push-nginx-"));
  const port = await freePort();
  await promisify(execFile)(process.execPath, [bin, "export", root, "--to", "nginx", "--out", directory]);
  await writeFile(join(directory, "nginx.conf"), configuration(directory, root, port, isPlain));
  const nginx = spawn("nginx", ["-p", directory, "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;"], {
    stdio: "ignore",
  });
  while (!(await listens(port))) await after(20);
  return {
    port,
    close: async () => {
      nginx.kill();
      await once(nginx, "exit");
      await rm(directory, { recursive: true });
    },
  };
}

const configuration = (directory, root, port, isPlain) => `
master_process off;
${process.getuid?.() === 0 ? "user root;" : ""}
pid ${directory}/pid;
events {}
http {
  access_log off;
  include /etc/nginx/mime.types;
  ${NEEDED.map((name) => `${name}_temp_path ${directory}/${name};`).join("\n  ")}
  ${isPlain ? "" : `include ${directory}/h2push-map.conf;`}
  server {
    listen 127.0.0.1:${port};
    root ${root};
    ${isPlain ? "" : `include ${directory}/h2push-server.conf;`}
  }
}
`;

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
