// What Java's HttpClient with a PushPromiseHandler is given: the page, each of its assets by push and whole, and no
// push again when it asks again. Needs a JDK (Debian: default-jdk-headless).
import { execFile, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createCertificate, createServer } from "../../dist/index.js";
import { report } from "./bar.js";
import { deepSite, writeSite } from "./delivery-site.js";

const program = fileURLToPath(new URL("Pushes.java", import.meta.url));

export async function bench() {
  if (spawnSync("java", ["-version"]).error !== undefined) return report({ name: "Java", skipped: "no java in PATH" });
  const files = deepSite();
  const { root, remove } = await writeSite(files);
  const certificate = await createCertificate();
  const file = join(root, "cert.pem");
  await writeFile(file, certificate.cert);
  const server = createServer({ root, port: 0, certificate });
  try {
    const { url } = await server.listen();
    const { stdout } = await promisify(execFile)("java", [program, url, file], { timeout: 120_000 });
    const [first = [], second = []] = stdout.split("end\n").map((load) => load.trim().split("\n"));
    const sizes = new Map(Object.entries(files).map(([path, content]) => [`/${path}`, content.length]));
    const whole = first.slice(1).filter((line) => {
      const [status, version, bytes, path] = line.split(" ");
      return status === "200" && version === "HTTP_2" && Number(bytes) === sizes.get(path);
    });
    report({ name: "Java: pushes, whole", value: whole.length, atLeast: 12 });
    report({ name: "Java: pushes when asked again", value: second.length - 1, atMost: 0 });
  } finally {
    await server.close(0);
    await remove();
  }
}
