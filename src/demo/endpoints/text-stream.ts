/**
 * The pieces as bytes, each made when the reader asks for it, and none ahead.
 *
 * @param left aborted when the reader leaves before the end: `pieces` have to stop waiting then
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
      async cancel() {
        left.abort();
        await pieces.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
