import { readFileSync } from "node:fs";

/** Node's types have nothing of WebAssembly's JavaScript interface: this is what is used of it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: TagsWasm };
};

/** What wasm/assembly exports. */
export interface TagsWasm {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  reset(): void;
  readTag(from: number, length: number): number;
  walk(
    from: number,
    length: number,
    page: number,
    hasFonts: number,
    mayRefer: number,
    step: number,
    after: number,
  ): number;
  learn(step: number, after: number): void;
  learnReferring(step: number, after: number, beside: number): number;
  tell(place: number, step: number, around: number): void;
  connect(place: number, step: number, entered: number, end: number): void;
  hasShown(start: number, end: number): number;
  hasBeyondAscii(start: number, end: number): number;
}

/** Where the build puts it: from there and from the source alike. */
const WASM = new URL("../../dist/manifest/tags.wasm", import.meta.url);

let compiled: object | undefined;

/** A kernel with a memory of its own; it is read and compiled once. */
export function newTagsWasm(): TagsWasm {
  compiled ??= new WebAssembly.Module(readFileSync(WASM));
  return new WebAssembly.Instance(compiled).exports;
}
