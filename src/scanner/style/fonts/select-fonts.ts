import { spend } from "../../work.js";
import type { Sheet } from "../cascade.js";
import { covers, selectFaces, type FontFace, type FontRequest } from "./font-face.js";
import type { FontUse, RequestedFont } from "./requested-font.js";
import type { GeneratedText } from "../engine.js";

/** A font face with the stylesheet that declares it. */
export interface SheetFace {
  readonly face: FontFace;
  readonly sheet: Sheet;
}

/** The faces that a text takes. */
export interface ChosenFaces {
  readonly faces: readonly SheetFace[];
  /** In another window, on another system, or where a rule does not match after all, it may take others, or none. */
  readonly mayDiffer: boolean;
}

/** A letter stands for all of ASCII: fonts are cut by script, hardly ever within ASCII. */
const LETTER = 0x61;
const SPACE = 0x20;

/** Latin letters, and punctuation, arrows and the like: what is installed has them. */
const isInAllFonts = (code: number) => code < 0x250 || (code >= 0x2000 && code < 0x2300);

/** No font that is installed has what a site's own icons are numbered by. */
const isPrivate = (code: number) => (code >= 0xe000 && code < 0xf900) || code >= 0xf0000;

/** Characters remembered for a font: more than any language has. */
const MAX_CHARACTERS = 100_000;

/** Families that are there on every system: a browser looks no further for what they hold. */
const INSTALLED = new Set(
  "serif sans-serif monospace cursive fantasy system-ui ui-serif ui-sans-serif ui-monospace ui-rounded math emoji arial helvetica times courier verdana georgia".split(
    " ",
  ),
)
  .add("times new roman")
  .add("courier new");

/** The fonts of a page's stylesheets, and which of them its text takes. */
export class FontSet {
  readonly #families = new Map<string, SheetFace[]>();
  readonly #forCharacters = new WeakMap<FontUse, Map<number, ChosenFaces>>();
  readonly #forTexts = new WeakMap<GeneratedText, readonly ChosenFaces[]>();
  /** The faces of a family that a request selects: the same for each character. */
  readonly #selected = new Map<string, readonly SheetFace[]>();

  constructor(sheets: readonly Sheet[]) {
    for (const sheet of sheets) {
      for (const face of sheet.facts.fonts) {
        const faces = this.#families.get(face.family);
        if (faces === undefined) this.#families.set(face.family, [{ face, sheet }]);
        else faces.push({ face, sheet });
      }
    }
  }

  get isEmpty(): boolean {
    return this.#families.size === 0;
  }

  /** The faces that plain letters in that font load. */
  forLetters(use: FontUse): ChosenFaces {
    return this.forCharacter(use, LETTER);
  }

  /** The faces that a text in that font loads. */
  forText(text: GeneratedText): readonly ChosenFaces[] {
    let chosen = this.#forTexts.get(text);
    if (chosen === undefined) {
      const codes = Array.from(text.text)
        .map((char) => char.codePointAt(0) ?? 0)
        .filter((code) => code > SPACE);
      const all = codes.map((code) => this.forCharacter(text.font, code));
      chosen = [true, false].map((mayDiffer) => {
        const faces = all.filter((one) => one.mayDiffer === mayDiffer).flatMap((one) => one.faces);
        return { faces: [...new Set(faces)], mayDiffer };
      });
      this.#forTexts.set(text, chosen);
    }
    return chosen;
  }

  /** The faces that a character in that font loads: the same in all pages, which have most characters in common. */
  forCharacter(use: FontUse, code: number): ChosenFaces {
    let known = this.#forCharacters.get(use);
    if (known === undefined) this.#forCharacters.set(use, (known = new Map()));
    let chosen = known.get(code);
    if (chosen === undefined) {
      chosen = this.#choose(use, code);
      if (known.size < MAX_CHARACTERS) known.set(code, chosen);
    }
    return chosen;
  }

  #choose({ here, everywhere }: FontUse, code: number): ChosenFaces {
    const picked = this.#pickAll(here, code);
    const isByMedia = everywhere !== here && [...this.#pickAll(everywhere, code)].some((face) => !picked.has(face));
    const isByRule = here.open.length > 0 && picked.size > 1;
    const faces = [...picked].filter((face) => face !== undefined);
    return { faces, mayDiffer: isByMedia || isByRule || faces.some((face) => this.#isBySystem(face, here, code)) };
  }

  /** Whether a family that no stylesheet declares comes first, wherever the face is asked for: some systems may have it. */
  #isBySystem({ face }: SheetFace, { families }: RequestedFont, code: number): boolean {
    if (isPrivate(code)) return false;
    const lists = families.filter((list) => list.includes(face.family));
    return lists.every((list) => {
      const before = list.slice(0, list.indexOf(face.family));
      return before.some((family) => !this.#families.has(family));
    });
  }

  /** What each way comes to; undefined among them for no face. */
  #pickAll({ families, weights, italics, stretches }: RequestedFont, code: number): Set<SheetFace | undefined> {
    const requests = weights.flatMap((weight) =>
      italics.flatMap((italic) => stretches.map((stretch) => ({ weight, italic, stretch }))),
    );
    return new Set(families.flatMap((list) => requests.map((request) => this.#pick(list, request, code))));
  }

  /** The first family in the list that has the character; of faces that overlap, the one declared last. */
  #pick(families: readonly string[], request: FontRequest, code: number): SheetFace | undefined {
    spend(families.length);
    for (const family of families) {
      const known = this.#families.get(family);
      if (known === undefined) {
        if (INSTALLED.has(family) && isInAllFonts(code)) return undefined;
        continue;
      }
      const selected = this.#select(family, known, request);
      spend(selected.reduce((sum, { face }) => sum + 1 + face.ranges.length, 0));
      const face = selected.findLast((one) => covers(one.face, code));
      if (face !== undefined) return face;
    }
    return undefined;
  }

  #select(family: string, known: readonly SheetFace[], request: FontRequest): readonly SheetFace[] {
    const key = `${request.weight} ${request.italic} ${request.stretch} ${family}`;
    let selected = this.#selected.get(key);
    if (selected === undefined) {
      spend(known.length);
      const faces = new Set(
        selectFaces(
          known.map(({ face }) => face),
          request,
        ),
      );
      selected = known.filter(({ face }) => faces.has(face));
      this.#selected.set(key, selected);
    }
    return selected;
  }
}
