import type { SiteFile } from "./lookup.js";

/** JavaScript media types (MIME Sniffing §4.6). */
const SCRIPT = /^(?:(?:application|text)\/(?:x-)?(?:ecma|java)script|text\/(?:javascript1\.[0-5]|jscript|livescript))$/;

const TYPES = { script: SCRIPT, style: /^text\/css$/, json: /^(?:application|text)\/json$|\+json$/ };

/** Whether a media type is one of JavaScript; a script of another type is data. */
export function isScriptType(type: string): boolean {
  return SCRIPT.test(type.toLowerCase());
}

/**
 * Whether a browser takes a file for what it is loaded as. A module script or
 * a stylesheet of another media type is fetched and refused: our responses say
 * `nosniff`, with which that holds in quirks mode, too.
 */
export function isServedAs(kind: keyof typeof TYPES, { type }: SiteFile): boolean {
  const essence = type?.split(";", 1)[0]?.trim().toLowerCase();
  return essence === undefined || TYPES[kind].test(essence);
}
