import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebSocket } from "ws";

/** A Firefox without a window, driven over WebDriver BiDi (W3C). */
export class Firefox {
  #socket;
  #child;
  #directory;
  #trusting = false;
  #last = 0;
  #pending = new Map();

  /**
   * Undefined where there is no Firefox.
   *
   * @param profile one that trusts what it should; without it, any certificate is taken
   */
  static async launch({ path = process.env.FIREFOX ?? "firefox-esr", profile } = {}) {
    const firefox = new Firefox();
    firefox.#trusting = profile === undefined;
    firefox.#directory = await mkdtemp(join(tmpdir(), "h2push-firefox-"));
    const used = profile ?? firefox.#directory;
    const args = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", used];
    firefox.#child = spawn(path, args, { stdio: ["ignore", "ignore", "pipe"] });
    const failed = once(firefox.#child, "error").then(() => undefined);
    const url = await Promise.race([failed, addressIn(firefox.#child.stderr)]);
    if (url === undefined) return undefined;
    firefox.#socket = new WebSocket(`${url}/session`);
    firefox.#socket.on("message", (data) => firefox.#receive(data));
    await once(firefox.#socket, "open");
    await firefox.#send("session.new", { capabilities: { alwaysMatch: { acceptInsecureCerts: firefox.#trusting } } });
    return firefox;
  }

  /** Loads the page in a window that has been nowhere, and returns what the expression (a promise of JSON) says there. */
  async load(url, expression) {
    // A user context has a cache of its own.
    const { userContext } = await this.#send("browser.createUserContext", { acceptInsecureCerts: this.#trusting });
    const { context } = await this.#send("browsingContext.create", { type: "tab", userContext });
    await this.#send("browsingContext.navigate", { context, url, wait: "complete" });
    const { result } = await this.#send("script.evaluate", { expression, target: { context }, awaitPromise: true });
    await this.#send("browser.removeUserContext", { userContext });
    return JSON.parse(result.value);
  }

  async close() {
    this.#socket.close();
    this.#child.kill();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }

  #send(method, params) {
    const id = ++this.#last;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#pending.set(id, { method, resolve, reject }));
  }

  #receive(data) {
    const { id, type, result, message } = JSON.parse(String(data));
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (type === "success") pending?.resolve(result);
    else pending?.reject(new Error(`${pending.method}: ${message}`));
  }
}

async function addressIn(output) {
  for await (const line of createInterface(output)) {
    const url = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
    if (url !== undefined) {
      output.resume();
      return url;
    }
  }
  return undefined;
}
