/** Fetch destinations (Fetch standard, §2.2.5, "request destination") that a page's own loads have. */
export type Destination =
  | "audio"
  | "document"
  | "embed"
  | "fetch"
  | "font"
  | "image"
  | "json"
  | "object"
  | "script"
  | "style"
  | "track"
  | "video";

const BY_EXTENSION: Readonly<Record<string, Destination>> = {
  aac: "audio",
  avif: "image",
  bmp: "image",
  cjs: "script",
  css: "style",
  flac: "audio",
  gif: "image",
  htm: "document",
  html: "document",
  ico: "image",
  jpeg: "image",
  jpg: "image",
  js: "script",
  json: "json",
  m4a: "audio",
  m4v: "video",
  mjs: "script",
  mp3: "audio",
  mp4: "video",
  oga: "audio",
  ogg: "audio",
  ogv: "video",
  opus: "audio",
  otf: "font",
  png: "image",
  svg: "image",
  ttc: "font",
  ttf: "font",
  vtt: "track",
  wav: "audio",
  webm: "video",
  webp: "image",
  woff: "font",
  woff2: "font",
  xhtml: "document",
};

/** Extension of a path, lower-case and without its dot; "" when the last segment has none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/** The destination that a path's extension suggests; "fetch" when it suggests none. */
export function destinationOf(path: string): Destination {
  return BY_EXTENSION[extensionOf(path)] ?? "fetch";
}

const FONT_TYPES: Readonly<Record<string, string>> = {
  otf: "font/otf",
  ttc: "font/collection",
  ttf: "font/ttf",
  woff: "font/woff",
  woff2: "font/woff2",
};

/** Media type of a font file, which its `Link` names so that a client passes over a format it lacks. */
export function fontType(path: string): string | undefined {
  return FONT_TYPES[extensionOf(path)];
}

/** Whether a path is that of a page, by its extension. */
export function isPagePath(path: string): boolean {
  return /\.(?:html?|xhtml)$/i.test(path);
}

const DESTINATIONS: ReadonlySet<string> = new Set<Destination>([
  "audio",
  "document",
  "embed",
  "fetch",
  "font",
  "image",
  "json",
  "object",
  "script",
  "style",
  "track",
  "video",
]);

/** Whether a text (lower case) names a destination that we know. */
export function isDestination(text: string): text is Destination {
  return DESTINATIONS.has(text);
}
