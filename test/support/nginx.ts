import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testCertificate } from "./server.js";

/** Whether nginx can be run here; what is compared with it is skipped aloud otherwise. */
export const hasNginx = spawnSync("nginx", ["-v"]).status === 0;

/** Serves a directory by nginx on a Unix socket, until it is stopped. */
export async function startNginx(root: string): Promise<{ readonly socket: string; readonly stop: () => void }> {
  const directory = await mkdtemp(join(tmpdir(), "h2push-nginx-"));
  const { cert, key } = await testCertificate();
  const socket = join(directory, "socket");
  await writeFile(join(directory, "cert.pem"), cert);
  await writeFile(join(directory, "key.pem"), key);
  await mkdir(join(directory, "temp"));
  await writeFile(join(directory, "nginx.conf"), configuration(directory, root, socket));
  const child = spawn("nginx", ["-p", directory, "-c", "nginx.conf", "-e", "error.log", "-g", "daemon off;"]);
  const ended = new Promise<never>((_resolve, reject) => {
    child.on("exit", (code) => reject(new Error(`nginx ended with ${code}`)));
  });
  ended.catch(() => undefined);
  await Promise.race([listens(socket), ended]);
  const stop = () => {
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true });
  };
  return { socket, stop };
}

async function listens(path: string): Promise<void> {
  for (let listening = false; !listening;) {
    const connection = connect(path);
    listening = await once(connection, "connect").then(
      () => true,
      () => false,
    );
    connection.destroy();
  }
}

const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

// One process: its end is the end of all. `user` for where tests run as root.
const configuration = (directory: string, root: string, socket: string) => `
master_process off;
${process.getuid?.() === 0 ? "user root;" : ""}
pid ${directory}/pid;
events {}
http {
  access_log off;
  types { text/html html; text/css css; text/javascript js; text/plain txt; application/octet-stream bin; }
  ${temporary.map((name) => `${name}_temp_path ${directory}/temp/${name};`).join("\n  ")}
  charset utf-8;
  charset_types text/css text/javascript text/plain;
  gzip on;
  gzip_vary on;
  gzip_min_length 1025;
  gzip_types text/css text/javascript text/plain;
  server {
    listen unix:${socket} ssl http2;
    ssl_certificate ${directory}/cert.pem;
    ssl_certificate_key ${directory}/key.pem;
    root ${root};
  }
}
`;
