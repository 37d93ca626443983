import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const bin = fileURLToPath(new URL("../../bin/h2push.js", import.meta.url));

/** Copies of sites with announcements in their pages, each made once. */
export class InjectedCopies {
  #made = new Map();

  /** The copy of a site. */
  async of(root) {
    const known = this.#made.get(root) ?? make(root);
    this.#made.set(root, known);
    return known;
  }

  async remove() {
    for (const copy of this.#made.values()) await rm(await copy, { recursive: true, force: true });
  }
}

async function make(root) {
  const copy = await mkdtemp(join(tmpdir(), "h2push-injected-"));
  await promisify(execFile)(process.execPath, [bin, "export", root, "--inject", copy]);
  return copy;
}
