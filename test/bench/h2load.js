import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";

export const hasH2load = spawnSync("h2load", ["--version"]).error === undefined;

/**
 * Requests per second of 8 connections with 16 streams each; undefined where h2load is not installed.
 *
 * @param fields of the request, as `name: value`
 */
export async function h2load(url, requests, fields = []) {
  if (!hasH2load) return undefined;
  const headers = fields.flatMap((field) => ["-H", field]);
  const child = spawn("h2load", ["-c", "8", "-m", "16", "-n", String(requests), ...headers, url]);
  let text = "";
  child.stdout.on("data", (bytes) => (text += bytes));
  await once(child, "close");
  if (!text.includes(`${requests} succeeded`)) throw new Error(text);
  return Number(/([\d.]+) req\/s/.exec(text)?.[1]);
}
