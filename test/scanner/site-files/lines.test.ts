import { expect, test } from "vitest";
import { Lines } from "../../../src/scanner/site-files/lines.js";

const text = "<é>\n😀a<b>c<d>\n\nlast <e>";

test.each([
  ["bytes", Buffer.from(text), (at: number) => Buffer.byteLength(text.slice(0, at))],
  ["characters", text, (at: number) => at],
] as const)("a place in %s has its line and column, in whatever order places are asked for", (_, content, offsetOf) => {
  const places = [...text.matchAll(/</g)].map(({ index }) => index);
  const expected = places.map((at) => {
    const before = text.slice(0, at).split("\n");
    return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
  });
  for (const order of [
    (list: number[]) => list,
    (list: number[]) => list.toReversed(),
    (list: number[]) => [...list, ...list],
  ]) {
    const lines = new Lines("1", content);
    const asked = order([...places.keys()]);
    expect(asked.map((index) => lines.positionOf(offsetOf(places[index] ?? 0)))).toEqual(
      asked.map((index) => expected[index]),
    );
  }
});
