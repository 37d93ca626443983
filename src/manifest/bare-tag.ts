import type { TagCursor } from "./tag-cursor.js";
import { hashOf, tagNamed } from "./tag-name.js";

/** An attribute of the body and of the parts of tables that refers to an image. */
const BACKGROUND = hashOf("background");
const HTTP_EQUIV = hashOf("http-equiv");
const REL = hashOf("rel");
const TYPE = hashOf("type");

/** Attributes that tell, by their presence or value, whether a tag may bear on more than the outline. */
export const REFERENCE_HASHES: readonly number[] = [BACKGROUND, HTTP_EQUIV, REL, TYPE];

const INPUT = tagNamed("input");
const LINK = tagNamed("link");
const META = tagNamed("meta");

/** Whether the start tag that the cursor has begun bears on the outline alone, as far as its name tells. */
export function mayBeBare({ tag }: TagCursor, hasFonts: boolean): boolean {
  if (tag.raw) return false;
  // A field has a text of its own, for which a font may be loaded.
  return !tag.refers || tag === LINK || tag === META || (tag === INPUT && !hasFonts);
}

/** Whether it does so with the attribute that the cursor has read. */
export function staysBare(cursor: TagCursor): boolean {
  const { hash, tag } = cursor;
  if (hash === BACKGROUND || (hash === HTTP_EQUIV && tag === META)) return false;
  if (hash === REL && tag === LINK) return !/stylesheet|preload/i.test(cursor.value());
  return !(hash === TYPE && tag === INPUT && /image/i.test(cursor.value()));
}
