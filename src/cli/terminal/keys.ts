import type { Address } from "../../server/listen/address.js";
import type { Server } from "../../server/server.js";
import { count, quiet } from "../output/output.js";
import { networkUrls } from "../output/network-urls.js";
import { whereToConnect } from "../output/start-block.js";
import { copyToClipboard } from "./clipboard.js";
import { openBrowser } from "./open-browser.js";
import { RawInput } from "./raw-input.js";

/** What the keys act on. */
export interface Keyboard {
  readonly server: Pick<Server, "reload">;
  readonly address: Address;
  readonly host: string;
  /** The page that `--open` names; true for the site's own. */
  readonly page: string | true;
  readonly live: boolean;
  /** Prints what a key was pressed for. */
  readonly print: (text: string) => void;
  /** Prints what nobody asked for. */
  readonly say: (text: string) => void;
}

interface Key {
  readonly key: string;
  readonly does: string;
  readonly act: (keyboard: Keyboard) => void;
}

const KEYS: readonly Key[] = [
  { key: "h", does: "list the keys", act: ({ print }) => print(help()) },
  {
    key: "o",
    does: "open the page in the browser",
    act: ({ address, page, print }) => void openBrowser(address, page, print),
  },
  { key: "u", does: "print the URL again", act: ({ address, host, print }) => print(urls(address, host)) },
  {
    key: "c",
    does: "copy the URL to the clipboard",
    act: ({ address, print }) => print(copyToClipboard(whereToConnect(address), process.stdout)),
  },
  { key: "r", does: "scan the pages again; with --live, reload the open ones", act: reload },
  { key: "q", does: "stop, as Ctrl+C does", act: () => void process.emit("SIGINT", "SIGINT") },
];

/** Does what keys say while the server runs, where the terminal's input is ours. */
export async function listenToKeys(keyboard: Keyboard): Promise<void> {
  const input = new RawInput((key) => {
    if (key === "\r") keyboard.print("");
    KEYS.find((known) => known.key === key.toLowerCase())?.act(keyboard);
  });
  if (await input.begin()) keyboard.say(quiet("press h for the keys"));
}

const help = () => KEYS.map(({ key, does }) => `  ${key}  ${quiet(does)}`).join("\n");

const urls = (address: Address, host: string) =>
  [whereToConnect(address), ...networkUrls(host, address.port, new URL(address.url).pathname)].join("\n");

function reload({ server, live, print }: Keyboard): void {
  const pages = server.reload();
  print(live ? `${count(pages, "page")} told to reload; the pages are scanned again` : "the pages are scanned again");
}
