import type { ChosenFaces, FontSet, SheetFace } from "./fonts/select-fonts.js";
import type { Outline, OutlineNode } from "./outline/outline.js";
import type { Computed, StyleEngine } from "./engine.js";
import type { ImageUse } from "./image-uses.js";
import { Interrupted } from "./matcher.js";
import type { Styles } from "./engine-cache.js";
import { spend, takeTurns, type Work, within } from "../work.js";

/** A font that a page loads. */
export interface FontNeed extends SheetFace {
  /** Only what stylesheets generate is in it, most often icons. */
  readonly isGenerated: boolean;
  /** Not everywhere, as a media query, a rule that may not match or the system has a say in it. */
  readonly mayDiffer: boolean;
}

/** An image that an element of a page has. */
export interface ImageNeed extends ImageUse {
  /** Where the first such element begins in the page (bytes). */
  readonly place: number;
}

/** What the style of a page loads. */
export interface StyleNeeds {
  readonly images: readonly ImageNeed[];
  readonly fonts: readonly FontNeed[];
}

/**
 * Gathers what the style of each part of a page loads, in document order;
 * undefined when that is more than a page may cost. Other clients are answered
 * meanwhile.
 *
 * @param isMadeByScript scripts put its text where it is empty now: some of it will be letters
 */
export async function styleNeeds(
  outline: Outline,
  { engine, fonts }: Styles,
  work: Work,
  isMadeByScript: boolean,
): Promise<StyleNeeds | undefined> {
  const images = new Map<string, ImageNeed>();
  const faces = new Faces();
  await inTurns(outline.nodes, engine, work, (node, index) => {
    // Without fonts to choose, most elements have nothing that counts.
    if (fonts.isEmpty && !engine.mayLoadImage(node)) return;
    const { images: own, generated } = engine.compute(node);
    spend(own.length);
    for (const image of own) {
      const key = `${image.url}\n${image.sheet?.base.href ?? ""}`;
      // Announced if one of the elements loads it in any window.
      const place = outline.offsets[index] ?? 0;
      if (image.certain ? images.get(key)?.certain !== true : !images.has(key)) images.set(key, { ...image, place });
    }
    for (const text of generated) {
      for (const chosen of fonts.forText(text)) faces.add(chosen, text, true);
    }
  });
  if (isMadeByScript && !fonts.isEmpty) {
    await inTurns(inBody(outline), engine, work, (node) => {
      const { hidden, skipsContent, font } = engine.compute(node);
      if (!hidden && !skipsContent) faces.add(fonts.forLetters(font), { mayNotShow: true }, false);
    });
  }
  const texts = fonts.isEmpty ? [] : outline.texts;
  await inTurns(texts, engine, work, (node) => addTexts(node, outline, engine, fonts, faces));
  return work.exhausted ? undefined : { images: [...images.values()], fonts: faces.needs() };
}

/** The elements that stand in the body at once; those in the head are hidden. */
const inBody = ({ nodes }: Outline) => nodes.filter(({ parent }) => depthOf(parent) === 3);

/** Of the body 3: a document and its root are around it. */
const depthOf = (node: OutlineNode | undefined): number => (node === undefined ? 0 : 1 + depthOf(node.parent));

/** Does something for each of the nodes, again where it was broken off, until it is too much. */
async function inTurns(
  nodes: readonly OutlineNode[],
  engine: StyleEngine,
  work: Work,
  act: (node: OutlineNode, index: number) => void,
): Promise<void> {
  for (let index = 0; index < nodes.length && !work.exhausted;) {
    const turn = takeTurns();
    if (turn !== undefined) await turn;
    within(work, () => {
      engine.matcher.interruptible = true;
      try {
        for (; index < nodes.length; index += 1) {
          engine.matcher.pause();
          const node = nodes[index];
          if (node !== undefined) act(node, index);
        }
      } catch (error) {
        if (!(error instanceof Interrupted)) throw error;
      } finally {
        engine.matcher.interruptible = false;
      }
    });
  }
}

/** Adds the faces of an element's own text. */
function addTexts(node: OutlineNode, outline: Outline, engine: StyleEngine, fonts: FontSet, faces: Faces): void {
  const computed = engine.compute(node);
  const { hidden, skipsContent, font } = computed;
  if (hidden || skipsContent) return;
  if (!outline.beyondAscii.has(node)) faces.add(fonts.forLetters(font), computed, false);
  for (const code of outline.characters.get(node) ?? []) {
    engine.matcher.pause();
    faces.add(fonts.forCharacter(font, code), computed, false);
  }
}

/** The faces that a page loads, and what for. */
class Faces {
  readonly #all = new Set<SheetFace>();
  readonly #ofTexts = new Set<SheetFace>();
  readonly #everywhere = new Set<SheetFace>();

  add({ faces, mayDiffer }: ChosenFaces, { mayNotShow }: Pick<Computed, "mayNotShow">, isGenerated: boolean): void {
    for (const face of faces) {
      this.#all.add(face);
      if (!isGenerated) this.#ofTexts.add(face);
      if (!mayDiffer && !mayNotShow) this.#everywhere.add(face);
    }
  }

  needs(): FontNeed[] {
    return Array.from(this.#all, (face) => ({
      ...face,
      isGenerated: !this.#ofTexts.has(face),
      mayDiffer: !this.#everywhere.has(face),
    }));
  }
}
