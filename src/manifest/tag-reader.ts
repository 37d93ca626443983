import { type TagsWasm, newTagsWasm } from "./tags-wasm.js";
import {
  ASKED,
  ATTRIBUTE_FIELDS,
  ATTRIBUTE_LIMIT,
  ATTRIBUTE_TABLE,
  ATTRIBUTES,
  BEYOND_ASCII,
  BEYOND_FIELDS,
  BEYOND_LIST,
  ENTERED,
  ENTERED_LIST,
  FIELD_COUNT,
  FIELDS,
  ID_MARKS,
  INPUT,
  LIST_LENGTH,
  NAME_END,
  NAME_HASH,
  PLACE,
  REFERRING,
  REFERRING_FIELDS,
  REFERRING_LIST,
  SELF_CLOSING,
  SLACK,
  START,
  STEP,
  STOP,
  TEXT_LIST,
  WITH_TEXT,
} from "./wasm/layout.js";

/** Bytes that the memory grows by. */
const WASM_PAGE = 65_536;

/** Takes what a walk has noted. */
export interface WalkNotes {
  /** A place was entered, by its number. */
  enter(place: number): void;
  /** There is text in a place. */
  text(place: number): void;
  /** There are characters beyond ASCII in a text. */
  beyondAscii(place: number, start: number, end: number): void;
  /** The tag that a slot remembers was met, its `<` at `start`. */
  refer(slot: number, start: number): void;
}

/** How a walk is made. */
export interface WalkOptions {
  /** Number of the page. */
  readonly page: number;
  /** Whether text bears on anything. */
  readonly hasFonts: boolean;
  /** Whether tags may refer to something; the walk stops at those that do otherwise. */
  readonly mayRefer: boolean;
}

/** Reads tags one by one, or walks over those that it knows: wasm/assembly does, and this hands over. */
export class TagReader {
  readonly #wasm: TagsWasm;
  #length = 0;
  #memory = new Uint8Array();
  #fields = new Int32Array();
  #attributes = new Int32Array();
  #entered = new Int32Array();
  #withText = new Int32Array();
  #beyond = new Int32Array();
  #referring = new Int32Array();

  constructor() {
    this.#wasm = newTagsWasm();
    this.#look();
  }

  /** Has the views look at the memory as it is: when it grows it is another. */
  #look(): void {
    const { buffer } = this.#wasm.memory;
    this.#memory = new Uint8Array(buffer);
    this.#fields = new Int32Array(buffer, FIELDS, FIELD_COUNT);
    this.#attributes = new Int32Array(buffer, ATTRIBUTE_TABLE, ATTRIBUTE_FIELDS * ATTRIBUTE_LIMIT);
    this.#entered = new Int32Array(buffer, ENTERED_LIST, LIST_LENGTH);
    this.#withText = new Int32Array(buffer, TEXT_LIST, LIST_LENGTH);
    this.#beyond = new Int32Array(buffer, BEYOND_LIST, BEYOND_FIELDS * LIST_LENGTH);
    this.#referring = new Int32Array(buffer, REFERRING_LIST, REFERRING_FIELDS * LIST_LENGTH);
  }

  /** The place for the bytes of a page, up to that many: those that are put there need not be copied. */
  room(size: number): Buffer {
    const missing = INPUT + size + SLACK - this.#memory.length;
    if (missing > 0) {
      this.#wasm.memory.grow(Math.ceil(missing / WASM_PAGE));
      this.#look();
    }
    return Buffer.from(this.#memory.buffer, INPUT, size);
  }

  /** Takes the bytes of a page: positions are those in them. */
  load(bytes: Uint8Array): void {
    const isThere = bytes.buffer === this.#memory.buffer && bytes.byteOffset === INPUT;
    if (!isThere) this.room(bytes.length).set(bytes);
    this.#length = bytes.length;
    // No tag of this page is the one that a walk has stopped at.
    this.#fields[START] = -1;
  }

  /** Forgets the tags that it knows, and asks for other attributes and ids henceforth. */
  ask(attributes: Uint8Array, idMarks: Uint8Array): void {
    this.#wasm.reset();
    this.#memory.set(attributes, ASKED);
    this.#memory.set(idMarks, ID_MARKS);
  }

  /** Reads the tag whose name begins at `from`: where what stands after it begins, 0 for one in which the bytes end. */
  read(from: number): number {
    return this.#wasm.readTag(from, this.#length);
  }

  /** Hash of the name of the tag that was read last, and where the name ends. */
  get nameHash(): number {
    return this.#field(NAME_HASH);
  }

  get nameEnd(): number {
    return this.#field(NAME_END);
  }

  /** Number of its attributes. */
  get attributes(): number {
    return this.#field(ATTRIBUTES);
  }

  get selfClosing(): boolean {
    return this.#field(SELF_CLOSING) === 1;
  }

  /** A number of one of its attributes: 0 is the hash of the name, then come start and end of name and value. */
  attribute(index: number, field: number): number {
    return this.#attributes[index * ATTRIBUTE_FIELDS + field] ?? 0;
  }

  /** Whether a text has anything but white space. */
  hasShown(start: number, end: number): boolean {
    return this.#wasm.hasShown(start, end) !== 0;
  }

  /** Whether a text has characters beyond ASCII, the no-break space apart. */
  hasBeyondAscii(start: number, end: number): boolean {
    return this.#wasm.hasBeyondAscii(start, end) !== 0;
  }

  /** Goes on with a walk, as wasm/assembly has it. */
  walk(from: number, { page, hasFonts, mayRefer }: WalkOptions, step: number, after: number): number {
    return this.#wasm.walk(from, this.#length, page, hasFonts ? 1 : 0, mayRefer ? 1 : 0, step, after);
  }

  /** Number of the place that the walk is in. */
  get place(): number {
    return this.#field(PLACE);
  }

  set place(number: number) {
    this.#fields[PLACE] = number;
  }

  /** Why the walk has stopped. */
  get stop(): number {
    return this.#field(STOP);
  }

  /** The tag that it has stopped at: where its `<` is, and its step if that is known. */
  get start(): number {
    return this.#field(START);
  }

  get step(): number {
    return this.#field(STEP);
  }

  /** Remembers what the tag does that the walk has stopped at, and that ends before `after`. */
  learn(step: number, after: number): void {
    this.#wasm.learn(step, after);
  }

  /** The same for a tag that does more: the number of the slot that remembers it; -1 when none does. */
  learnReferring(step: number, after: number, beside: number): number {
    return this.#wasm.learnReferring(step, after, beside);
  }

  /** Remembers which place a step enters, and which one it leads to. */
  connect(place: number, step: number, entered: number, end: number): void {
    this.#wasm.connect(place, step, entered, end);
  }

  /** Remembers the step that leads out of a place, and which one is around it. */
  tell(place: number, step: number, around: number): void {
    this.#wasm.tell(place, step, around);
  }

  /** Hands over what the walk has noted. */
  takeNotes(notes: WalkNotes): void {
    const fields = this.#fields;
    const entered = this.#field(ENTERED);
    for (let at = 0; at < entered; at += 1) notes.enter(this.#entered[at] ?? 0);
    const texts = this.#field(WITH_TEXT);
    for (let at = 0; at < texts; at += 1) notes.text(this.#withText[at] ?? 0);
    const beyond = this.#beyond;
    for (let at = 0; at < this.#field(BEYOND_ASCII) * BEYOND_FIELDS; at += BEYOND_FIELDS) {
      notes.beyondAscii(beyond[at] ?? 0, beyond[at + 1] ?? 0, beyond[at + 2] ?? 0);
    }
    const referring = this.#referring;
    for (let at = 0; at < this.#field(REFERRING) * REFERRING_FIELDS; at += REFERRING_FIELDS) {
      notes.refer(referring[at] ?? 0, referring[at + 1] ?? 0);
    }
    fields[ENTERED] = 0;
    fields[WITH_TEXT] = 0;
    fields[BEYOND_ASCII] = 0;
    fields[REFERRING] = 0;
  }

  #field(index: number): number {
    return this.#fields[index] ?? 0;
  }
}
