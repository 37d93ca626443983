import { afterEach, expect, test, vi } from "vitest";
import { httpDate } from "../../../src/server/http/http2-exchange.js";

afterEach(() => void vi.restoreAllMocks());

test("the date of a response changes with the second, and with a clock that was set", () => {
  const clock = vi.spyOn(Date, "now");
  const dateAt = (monotonic: number, time: string) => {
    clock.mockReturnValue(Date.parse(time));
    return httpDate(monotonic);
  };
  const start = 1e9;
  expect(dateAt(start, "2026-01-15T12:00:00.900Z")).toBe("Thu, 15 Jan 2026 12:00:00 GMT");
  expect(dateAt(start + 99, "2026-01-15T12:00:00.999Z")).toBe("Thu, 15 Jan 2026 12:00:00 GMT");
  expect(dateAt(start + 100, "2026-01-15T12:00:01.000Z")).toBe("Thu, 15 Jan 2026 12:00:01 GMT");
  expect(dateAt(start + 1100, "2026-01-15T09:00:00.250Z")).toBe("Thu, 15 Jan 2026 09:00:00 GMT");
  expect(dateAt(start + 1850, "2026-01-15T09:00:01.000Z")).toBe("Thu, 15 Jan 2026 09:00:01 GMT");
});
