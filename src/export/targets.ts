import type { Abilities } from "./exported-page.js";

/** Where a list is carried on. */
export interface Target extends Abilities {
  /** For the help. */
  readonly description: string;
  /** Names of the files that its export is made of. */
  readonly files: readonly string[];
  /** `--early-hints` means something to it. */
  readonly sendsHints?: true;
  /** What has no `Cache-Control` of its own is sent with `max-age=0`. */
  readonly sendsStale?: true;
  /** No server or host of this project's tests has read it. */
  readonly untried?: true;
}

/** Characters of a line of `_headers` that Cloudflare Pages reads. */
export const MAX_HEADERS_LINE = 2000;

/** A word of nginx's configuration has to fit into a buffer of 4,096 bytes. */
export const MAX_NGINX_WORD = 3800;

/** Of a value, by Vercel's schema of its file. */
export const MAX_VERCEL_VALUE = 32_768;

/** By the same schema its file has 2,048 rules at most: two mark which are ours, and some are the user's. */
export const MAX_VERCEL_RULES = 2000;

/** Go's HTTP/2 keeps ten streams that are not begun: with 12 pushes Caddy 2.6.2 stopped in the middle of 3 loads of 10 (measured). */
const MAX_CADDY_PUSHES = 10;

const field = { announces: "field", makesHints: false, pushesByName: false, sendsImagesFirst: true } as const;

/** What is exported to, by the word on the command line. */
export const targets = {
  headers: {
    ...field,
    description: "_headers for Cloudflare Pages and Netlify",
    files: ["_headers"],
    makesHints: true,
    sendsStale: true,
    maxLink: MAX_HEADERS_LINE - 8,
  },
  nginx: {
    ...field,
    description: "maps and add_header",
    files: ["h2push-map.conf", "h2push-server.conf"],
    maxLink: MAX_NGINX_WORD,
  },
  apache: {
    ...field,
    description: ".htaccess: Header add Link, H2PushResource",
    files: [".htaccess"],
    goesByFile: true,
    pushesByName: true,
    sendsHints: true,
  },
  caddy: {
    ...field,
    description: "a snippet: header Link, push",
    files: ["h2push.caddy"],
    pushesByName: true,
    maxPushes: MAX_CADDY_PUSHES,
    // Placeholders, also of the environment.
    unwritable: /[{}]/,
    sendsHints: true,
    linksWhatItHints: true,
  },
  h2o: { ...field, description: "a handler in mruby", files: ["h2push.rb"] },
  haproxy: {
    ...field,
    description: "maps, and the lines of a frontend",
    files: ["h2push.cfg", "h2push-pages.map", "h2push-links.map", "h2push-hints.map"],
    sendsHints: true,
  },
  nghttpx: { ...field, description: "a script in mruby", files: ["h2push.rb"], untried: true },
  firebase: {
    ...field,
    description: "headers in firebase.json",
    files: ["firebase.json"],
    untried: true,
  },
  vercel: {
    ...field,
    description: "headers in vercel.json",
    files: ["vercel.json"],
    sendsStale: true,
    maxLink: MAX_VERCEL_VALUE,
    untried: true,
  },
  html: {
    ...field,
    announces: "element",
    goesByFile: true,
    description: "a copy of the site with link elements (--inject DIR)",
    files: [],
  },
  "http2-push-manifest": {
    ...field,
    description: "JSON for servers that push",
    files: ["push_manifest.json"],
    pushesByName: true,
    sendsImagesFirst: false,
  },
  json: {
    ...field,
    description: "what h2push manifest writes; with --for, what one target says",
    files: ["manifest.json"],
    pushesByName: true,
    sendsImagesFirst: false,
  },
} as const satisfies Readonly<Record<string, Target>>;

export type TargetName = keyof typeof targets;

export const targetNames = Object.keys(targets).filter(isTargetName);

/** Whether a text is the word for a target. */
export function isTargetName(text: string): text is TargetName {
  return Object.hasOwn(targets, text);
}
