import type { FontSet, SheetFace } from "./fonts/select-fonts.js";
import type { Outline, OutlineNode } from "./outline/outline.js";
import type { ImageUse, StyleEngine } from "./engine.js";

/** A font that a page loads. */
export interface FontNeed extends SheetFace {
  /** Only what stylesheets generate is in it, most often icons. */
  readonly isGenerated: boolean;
}

/** What the style of a page loads. */
export interface StyleNeeds {
  readonly images: readonly ImageUse[];
  readonly fonts: readonly FontNeed[];
}

/** Gathers what the style of each part of a page loads, in document order. */
export function styleNeeds(outline: Outline, engine: StyleEngine, fonts: FontSet): StyleNeeds {
  const images = new Map<string, ImageUse>();
  const generatedIn = new Set<SheetFace>();
  for (const node of outline.nodes) {
    // Without fonts to choose, most elements have nothing that counts.
    if (fonts.isEmpty && !engine.mayLoadImage(node)) continue;
    const { images: own, generated } = engine.compute(node);
    for (const image of own) {
      const key = `${image.url}\n${image.sheet?.base.href ?? ""}`;
      if (!images.has(key)) images.set(key, image);
    }
    for (const text of generated) for (const face of fonts.forText(text)) generatedIn.add(face);
  }
  const textIn = new Set<SheetFace>();
  if (!fonts.isEmpty) for (const node of outline.texts) addNode(node, outline, engine, fonts, textIn);
  const faces = new Set([...generatedIn, ...textIn]);
  return {
    images: [...images.values()],
    fonts: [...faces].map((face) => ({ ...face, isGenerated: !textIn.has(face) })),
  };
}

function addNode(
  node: OutlineNode,
  outline: Outline,
  engine: StyleEngine,
  fonts: FontSet,
  faces: Set<SheetFace>,
): void {
  const { hidden, font } = engine.compute(node);
  if (hidden) return;
  for (const face of fonts.forLetters(font)) faces.add(face);
  for (const code of outline.characters.get(node) ?? []) {
    for (const face of fonts.forCharacter(font, code)) faces.add(face);
  }
}
