import { Session } from "node:inspector";
import process from "node:process";
import { expect, onTestFinished, test, vi } from "vitest";
import { giveBackIdleMemory } from "../../src/cli/commands/idle-memory.js";

test("what a busy time has left is collected when it is over", async () => {
  const used = vi.spyOn(process.memoryUsage, "rss").mockReturnValueOnce(100e6).mockReturnValue(200e6);
  const post = vi.spyOn(Session.prototype, "post");
  onTestFinished(() => void [used, post].map((spy) => spy.mockRestore()));
  onTestFinished(giveBackIdleMemory());
  const left = new WeakRef(Buffer.alloc(1000));
  await expect.poll(() => post.mock.calls[0]?.[0], { interval: 1000 }).toBe("HeapProfiler.collectGarbage");
  // Compared here: what a matcher was given is kept alive by it.
  await expect.poll(() => left.deref() === undefined).toBe(true);
});
