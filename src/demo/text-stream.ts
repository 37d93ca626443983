/**
 * The pieces as bytes, each made when the reader asks for it, and none ahead.
 *
 * @param left aborted when the reader leaves before the end: `pieces` then have to end by themselves
 */
export function textStream(
  pieces: AsyncGenerator<string, undefined>,
  left: AbortController,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { value } = await pieces.next();
        if (left.signal.aborted) return;
        if (value === undefined) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel() {
        left.abort();
      },
    },
    { highWaterMark: 0 },
  );
}
