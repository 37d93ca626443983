import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Bidi } from "./bidi.js";

export interface FirefoxOptions {
  /** Home directory of the user whose it is. */
  readonly home: string;
  /** Directory of the profile. */
  readonly profile: string;
  /** Takes certificates that nobody trusts. */
  readonly acceptInsecureCerts?: boolean;
}

export interface Firefox {
  readonly bidi: Bidi;
  /** The tab that it opens with. */
  readonly context: string | undefined;
  readonly close: () => Promise<void>;
}

/** Starts a Firefox without a window. To be closed in the end. */
export async function startFirefox(path: string, options: FirefoxOptions): Promise<Firefox> {
  const { home, profile, acceptInsecureCerts = false } = options;
  const browser = spawn(path, ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", profile], {
    env: { ...process.env, HOME: home },
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const line of createInterface(browser.stderr)) {
    const url = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    browser.stderr.resume();
    const bidi = await Bidi.connect(url, acceptInsecureCerts);
    const tree = await bidi.send("browsingContext.getTree", {});
    const context = /"context":"([^"]+)"/.exec(JSON.stringify(tree))?.[1];
    const close = async (): Promise<void> => {
      bidi.close();
      browser.kill();
      if (browser.exitCode === null && browser.signalCode === null) await once(browser, "exit");
    };
    return { bidi, context, close };
  }
  throw new Error("Firefox ended without a word of WebDriver BiDi");
}
