import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { printFailure } from "../../src/cli/output/output.js";
import { H2PushError } from "../../src/errors.js";

let printed = "";

beforeEach(() => {
  printed = "";
  vi.useFakeTimers();
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});

afterEach(() => {
  vi.advanceTimersByTime(20_000);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const lines = () => printed.trimEnd().split("\n");

const systemError = (file: string) =>
  Object.assign(new Error(`EIO: i/o error, read '${file}'`), { code: "EIO", syscall: "read" });

test.each([
  ["of the system", (at: number) => systemError(`/site/${at}.html`), 1],
  ["of files that change", (at: number) => new H2PushError("unavailable", "the file changed", `/site/${at}`), 2],
])("failures %s are told once in ten seconds, without a stack, with their number", (_, failure, each) => {
  for (let at = 0; at < 500; at++) printFailure(failure(at));
  expect(lines()).toHaveLength(each);
  vi.advanceTimersByTime(10_000);
  expect(lines()).toHaveLength(2 * each);
  expect(lines()[each]).toMatch(/ \(and 498 more like it in the last 10 seconds\)$/);
  expect(printed).not.toContain("    at ");
  vi.advanceTimersByTime(60_000);
  expect(lines()).toHaveLength(2 * each);
});

test("another kind of failure is told at once, and a bug with its stack", () => {
  printFailure(systemError("a"));
  printFailure(new TypeError("x is not a function"));
  expect(lines()[0]).toContain("EIO: i/o error, read 'a'");
  expect(printed).toMatch(/x is not a function\n {4}at /);
});
