/**
 * The events of a response in text/event-stream, each with its data read as
 * JSON. EventSource knows no POST, and would come back after the end.
 *
 * @param {Response} response
 * @returns {AsyncGenerator<{ event: string, data: object }>}
 */
export async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) yield readEvent(block);
  }
}

function readEvent(block) {
  const fields = new Map(block.split("\n").map((line) => line.split(/: ?(.*)/s, 2)));
  return { event: fields.get("event"), data: JSON.parse(fields.get("data")) };
}
