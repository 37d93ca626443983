import hpack from "hpack.js";

/** How a field stands in a header block (RFC 7541 §6). */
export type Representation = "indexed" | "indexing" | "literal" | "never";

/** A field, and what HPACK made of it. */
export interface DecodedField {
  readonly name: string;
  readonly value: string;
  readonly representation: Representation;
  /** Bytes in the header block. */
  readonly bytes: number;
  /** Bytes of its name and value as they are. */
  readonly plain: number;
}

/** What a table may hold before its decoder has said another size (bytes, RFC 9113 §6.5.2). */
const INITIAL_TABLE_BYTES = 4096;

/** Nobody is believed who says a larger one; Chromium says 65,536. */
const MAX_TABLE_BYTES = 1024 * 1024;

/**
 * Reads the header blocks of one direction, in the order of the wire: each
 * rests on those before (RFC 7541 §2.2). Octets are read by hpack.js; what is
 * here is the list of representations, as it says how many bytes each takes.
 */
export class FieldDecoder {
  readonly #decoder = hpack.decoder.create();
  readonly #table = hpack.table.create({ maxSize: MAX_TABLE_BYTES });

  constructor() {
    this.#table.updateSize(INITIAL_TABLE_BYTES);
  }

  /** @throws for what is no header block: nothing after it can be read */
  decode(block: Buffer): DecodedField[] {
    this.#decoder.push(block);
    const fields: DecodedField[] = [];
    while (this.#decoder.buffer.size > 0) {
      const before = this.#decoder.buffer.size;
      const field = this.#next();
      if (field === undefined) continue;
      const plain = field.name.length + field.value.length;
      fields.push({ ...field, plain, bytes: before - this.#decoder.buffer.size });
    }
    return fields;
  }

  /** Undefined for an update of the table's size (§6.3). */
  #next(): Pick<DecodedField, "name" | "value" | "representation"> | undefined {
    const decoder = this.#decoder;
    if (decoder.decodeBit() === 1) {
      const { name, value } = this.#table.lookup(decoder.decodeInt());
      return { name, value, representation: "indexed" };
    }
    if (decoder.decodeBit() === 1) return this.#literal("indexing");
    if (decoder.decodeBit() === 1) {
      this.#table.updateSize(decoder.decodeInt());
      return undefined;
    }
    return this.#literal(decoder.decodeBit() === 1 ? "never" : "literal");
  }

  #literal(representation: Exclude<Representation, "indexed">) {
    const index = this.#decoder.decodeInt();
    const name = index === 0 ? this.#string() : this.#table.lookup(index).name;
    const value = this.#string();
    // Each character is one octet.
    if (representation === "indexing") this.#table.add(name, value, name.length, value.length);
    return { name, value, representation };
  }

  #string(): string {
    return hpack.utils.stringify(this.#decoder.decodeStr());
  }
}
