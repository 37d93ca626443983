import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createHash } from "node:crypto";

/** A small site whose page could come out otherwise when something of it is announced. It lies in a folder of its own. */
export interface Probe {
  /** Paths below the folder; `index.html` is the page. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** `_headers`: fields by path pattern below the folder. */
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  /** `_redirects`: "from to status", both below the folder. */
  readonly redirects?: readonly string[];
  /** The page comes from a route that takes its time and sends this `Link` field; what it names is hinted the next time. */
  readonly slow?: string;
  /** How often the page is loaded, one load after another in the same browser (1). */
  readonly visits?: number;
  /** Files that are other ones from the second load on. */
  readonly change?: Readonly<Record<string, string | Uint8Array>>;
  /** Width of the window in CSS pixels (1280). */
  readonly width?: number;
  readonly scale?: number;
  readonly dark?: boolean;
  /** What runs is in another order each time. */
  readonly unordered?: boolean;
  /** What the page says of itself in the end: an expression, beside what is asked of every page. */
  readonly state?: string;
}

export type Probes = Readonly<Record<string, Probe>>;

/** A page. What its scripts say by `ran()` is compared in the end. */
export const page = (head: string, body = "<h1>A heading</h1>", doctype = "<!doctype html>") =>
  `${doctype}<html lang="en"><head><meta charset="utf-8"><title>probe</title><link rel="icon" href="data:,">\n${head}\n</head><body>${body}</body></html>`;

/** A script that says that it ran. */
export const ran = (name: string, more = "") => `(globalThis.order ??= []).push(${JSON.stringify(name)});\n${more}`;

/** `integrity` of some content. */
export const integrity = (content: string) => `sha384-${createHash("sha384").update(content).digest("base64")}`;

export const svg = (color: string, size = 40) =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}"><rect width="100%" height="100%" fill="${color}"/></svg>`;

/** A font that a browser takes: that of the icons of Playwright's viewer. */
export const font = readFont();

function readFont(): Uint8Array {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve("playwright-core/package.json")),
    "lib/vite/traceViewer",
  );
  const name = readdirSync(folder).find((file) => file.endsWith(".ttf"));
  if (name === undefined) throw new Error(`no font in ${folder}`);
  return readFileSync(join(folder, name));
}

/** A character that the font has. */
export const ICON = "\uEA60";
