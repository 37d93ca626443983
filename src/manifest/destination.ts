/** Fetch destinations (Fetch standard, §2.2.5, "request destination") that a page's own loads have, and what suggests them. */
const EXTENSIONS = {
  audio: "aac flac m4a mp3 oga ogg opus wav",
  document: "htm html xhtml",
  embed: "",
  fetch: "",
  font: "otf ttc ttf woff woff2",
  image: "avif bmp gif ico jpeg jpg png svg webp",
  json: "json",
  object: "",
  script: "cjs js mjs",
  style: "css",
  track: "vtt",
  video: "m4v mp4 ogv webm",
} as const;

export type Destination = keyof typeof EXTENSIONS;

/** Whether a text (lower case) names a destination that we know. */
export function isDestination(text: string): text is Destination {
  return Object.hasOwn(EXTENSIONS, text);
}

const BY_EXTENSION = new Map<string, Destination>();
for (const destination of Object.keys(EXTENSIONS).filter(isDestination)) {
  for (const [name] of EXTENSIONS[destination].matchAll(/\S+/g)) BY_EXTENSION.set(name, destination);
}

/** Extension of a path, lower-case and without its dot; "" when the last segment has none. */
export function extensionOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot <= 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/** The destination that a path's extension suggests; "fetch" when it suggests none. */
export function destinationOf(path: string): Destination {
  return BY_EXTENSION.get(extensionOf(path)) ?? "fetch";
}

const FONT_TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    otf: "font/otf",
    ttc: "font/collection",
    ttf: "font/ttf",
    woff: "font/woff",
    woff2: "font/woff2",
  }),
);

/** Media type of a font file, which its `Link` names so that a client passes over a format it lacks. */
export function fontType(path: string): string | undefined {
  return FONT_TYPES.get(extensionOf(path));
}

/** Whether a path is that of a page, by its extension. */
export function isPagePath(path: string): boolean {
  return /\.(?:html?|xhtml)$/i.test(path);
}
