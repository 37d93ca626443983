import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PemPair } from "../../src/index.js";
import { testCertificate } from "./server.js";

/** A server of others that is started on an exported configuration. */
export interface PeerServer {
  readonly port: number;
  /** What it has said on standard error and output so far: warnings too. */
  readonly said: () => string;
  readonly stop: () => Promise<void>;
}

interface Start {
  /** Where the export was written. */
  readonly exported: string;
  /** The site's files; without them every server stands before the upstream. */
  readonly root: string | undefined;
  /** Port of a server of the same files over HTTPS. */
  readonly upstream: number;
  /** The export is one with `--early-hints`. */
  readonly earlyHints?: boolean;
  /** The index page answers for all paths without a file. */
  readonly single?: boolean;
  /** One of the test's own without it. */
  readonly certificate?: PemPair;
}

interface Setting extends Start {
  readonly directory: string;
  readonly port: number;
}

/** How each is configured and started, and what says its version. */
const SERVERS = {
  nginx: {
    program: "nginx",
    version: ["-v"],
    file: "nginx.conf",
    args: (directory: string) => ["-p", directory, "-c", "nginx.conf", "-e", "stderr", "-g", "daemon off;"],
    configuration: ({ directory, exported, root, port, upstream, single = false }: Setting) => `
master_process off;
${process.getuid?.() === 0 ? "user root;" : ""}
pid ${directory}/pid;
events {}
http {
  access_log off;
  include /etc/nginx/mime.types;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${directory}/${name};`).join("\n  ")}
  include ${exported}/h2push-map.conf;
  server {
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${directory}/cert.pem;
    ssl_certificate_key ${directory}/key.pem;
    ${
      root === undefined
        ? `location / { proxy_pass https://127.0.0.1:${upstream}; proxy_http_version 1.1; proxy_set_header host localhost:${upstream}; }`
        : `root ${root};${single ? " try_files $uri $uri/ /index.html;" : ""}`
    }
    include ${exported}/h2push-server.conf;
  }
}
`,
  },
  apache: {
    program: "apache2",
    version: ["-v"],
    file: "httpd.conf",
    args: (directory: string) => ["-f", `${directory}/httpd.conf`, "-DFOREGROUND"],
    configuration: ({ directory, exported, root, port, upstream, earlyHints = false, single = false }: Setting) => `
ServerRoot ${directory}
ServerName localhost
PidFile ${directory}/pid
StartServers 1
MinSpareThreads 1
${process.getuid?.() === 0 ? "User nobody\nGroup nogroup" : ""}
${["mpm_event", "authz_core", "dir", "headers", "http2", "mime", "setenvif", "socache_shmcb", "ssl"]
  .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  .join("\n")}
TypesConfig /etc/mime.types
ErrorLog "|$/bin/cat >&2"
LogLevel notice
Listen 127.0.0.1:${port}
Protocols h2 http/1.1
H2EarlyHints ${earlyHints ? "on" : "off"}
SSLSessionCache shmcb:${directory}/sessions(512000)
SSLEngine on
SSLCertificateFile ${directory}/cert.pem
SSLCertificateKeyFile ${directory}/key.pem
${
  root === undefined
    ? `LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
DocumentRoot ${directory}
SSLProxyEngine on
SSLProxyCheckPeerName off
SSLProxyCheckPeerCN off
ProxyPass / https://localhost:${upstream}/
Include ${exported}/.htaccess`
    : `DocumentRoot ${root}
DirectoryIndex index.html
<Directory ${root}>
  Require all granted
  ${single ? "FallbackResource /index.html" : ""}
  Include ${exported}/.htaccess
</Directory>`
}
`,
  },
  caddy: {
    program: "caddy",
    version: ["version"],
    file: "Caddyfile",
    args: (directory: string) => ["run", "--config", `${directory}/Caddyfile`, "--adapter", "caddyfile"],
    configuration: ({ directory, exported, root, port, upstream, single = false }: Setting) => `{
	admin off
	auto_https off
}
import ${exported}/h2push.caddy
https://localhost:${port} {
	bind 127.0.0.1
	tls ${directory}/cert.pem ${directory}/key.pem
	import h2push
	${
    root === undefined
      ? `reverse_proxy https://127.0.0.1:${upstream} {
		header_up host localhost:${upstream}
		transport http {
			tls_insecure_skip_verify
		}
	}`
      : `root * ${root}${single ? "\n\ttry_files {path} /index.html" : ""}
	file_server`
  }
}
`,
  },
  h2o: {
    program: "h2o",
    version: ["--version"],
    file: "h2o.conf",
    args: (directory: string) => ["-c", `${directory}/h2o.conf`],
    configuration: ({ directory, exported, root, port, upstream }: Setting) => `
${process.getuid?.() === 0 ? "user: root" : ""}
num-threads: 1
listen:
  host: 127.0.0.1
  port: ${port}
  ssl:
    certificate-file: ${directory}/cert.pem
    key-file: ${directory}/key.pem
    ocsp-update-interval: 0
hosts:
  default:
    paths:
      "/":
        mruby.handler-file: ${exported}/h2push.rb
        ${
          root === undefined
            ? `proxy.reverse.url: "https://localhost:${upstream}/"
        proxy.ssl.verify-peer: OFF
        proxy.preserve-host: OFF`
            : `file.dir: ${root}`
        }
`,
  },
  haproxy: {
    program: "haproxy",
    version: ["-v"],
    file: "haproxy.cfg",
    args: (directory: string) => ["-db", "-f", `${directory}/haproxy.cfg`],
    configuration: ({ directory, exported, port, upstream }: Setting) => `
global
  default-path origin ${exported}
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend site
  bind 127.0.0.1:${port} ssl crt ${directory}/both.pem alpn h2
  .include h2push.cfg
  default_backend files
backend files
  http-request set-header host localhost:${upstream}
  server files 127.0.0.1:${upstream} ssl verify none alpn h2
`,
  },
  nghttpx: {
    program: "nghttpx",
    version: ["--version"],
    file: "nghttpx.conf",
    args: (directory: string) => [`--conf=${directory}/nghttpx.conf`],
    configuration: ({ directory, port, upstream }: Setting) => `
frontend=127.0.0.1,${port}
backend=127.0.0.1,${upstream};;tls;proto=h2
insecure=yes
private-key-file=${directory}/key.pem
certificate-file=${directory}/cert.pem
accesslog-file=/dev/null
errorlog-file=/dev/stderr
log-level=WARN
host-rewrite=yes
workers=1
no-ocsp=yes
`,
  },
} as const;

export type PeerName = keyof typeof SERVERS;

export const peerNames = ["nginx", "apache", "caddy", "h2o", "haproxy", "nghttpx"] as const;

/** Whether the program is on this machine; what needs it is skipped aloud otherwise. */
export function hasPeer(name: PeerName): boolean {
  const { program, version } = SERVERS[name];
  const found = spawnSync(program, version).error === undefined;
  if (!found) console.warn(`skipped: ${program} on an exported configuration (not in PATH)`);
  return found;
}

/** Starts a server on an exported configuration. Rejects when it does not take it. */
export async function startPeer(name: PeerName, start: Start): Promise<PeerServer> {
  const directory = await mkdtemp(join(tmpdir(), "h2push-peer-"));
  const { cert, key } = start.certificate ?? (await testCertificate());
  await writeFile(join(directory, "cert.pem"), cert);
  await writeFile(join(directory, "key.pem"), key);
  await writeFile(join(directory, "both.pem"), `${cert}${key}`);
  await mkdir(join(directory, "home"));
  const port = await freePort();
  const { program, file, args, configuration } = SERVERS[name];
  const setting = { ...start, directory, port };
  await writeFile(join(directory, file), await included(configuration(setting), start.exported));
  const env = { ...process.env, HOME: join(directory, "home"), XDG_DATA_HOME: join(directory, "home") };
  const child = spawn(program, args(directory), { stdio: ["ignore", "pipe", "pipe"], env });
  let said = "";
  for (const output of [child.stdout, child.stderr]) output.on("data", (text: Buffer) => (said += text.toString()));
  const failed = once(child, "exit").then(([code]) => Promise.reject(new Error(`${name} ended with ${code}: ${said}`)));
  failed.catch(() => undefined);
  await Promise.race([listens(port), failed]);
  return {
    port,
    said: () => said,
    stop: async () => {
      await ended(child);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** HAProxy has no include: the lines are put in as a user would. */
async function included(text: string, exported: string): Promise<string> {
  if (!text.includes(".include")) return text;
  return text.replace(".include h2push.cfg", await readFile(join(exported, "h2push.cfg"), "utf8"));
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 2000);
  await exit;
  clearTimeout(timer);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Resolves when something accepts connections there. */
async function listens(port: number): Promise<void> {
  for (let listening = false; !listening;) {
    const connection = connect(port, "127.0.0.1");
    listening = await once(connection, "connect").then(
      () => true,
      () => false,
    );
    connection.destroy();
  }
}
