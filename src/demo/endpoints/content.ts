type Bytes = Uint8Array<ArrayBuffer>;

/** The whole of a body, or undefined when it is longer than `limit` bytes: the rest is then not read. */
export async function readAtMost(body: ReadableStream<Bytes> | null, limit: number): Promise<ArrayBuffer | undefined> {
  const pieces: Bytes[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    length += piece.byteLength;
    if (length > limit) return undefined;
    pieces.push(piece);
  }
  return new Blob(pieces).arrayBuffer();
}
