/** The parts of hpack.js that are used here; the package has no types of its own. */
declare module "hpack.js" {
  /** Bytes of a header block, read from their front. */
  interface Decoder {
    readonly buffer: { readonly size: number };
    push(block: Buffer): void;
    decodeBit(): 0 | 1;
    /** An integer whose prefix is what is left of the current octet (RFC 7541 §5.1). */
    decodeInt(): number;
    /** A string's octets (§5.2). */
    decodeStr(): ArrayLike<number>;
  }
  interface Entry {
    readonly name: string;
    readonly value: string;
    readonly nameSize: number;
  }
  /** Static and dynamic table in one index space (§2.3.3). */
  interface Table {
    lookup(index: number): Entry;
    add(name: string, value: string, nameSize: number, valueSize: number): void;
    updateSize(bytes: number): void;
  }
  const hpack: {
    readonly decoder: { create(): Decoder };
    readonly table: { create(options: { readonly maxSize: number }): Table };
    readonly utils: { stringify(octets: ArrayLike<number>): string };
  };
  export default hpack;
}
