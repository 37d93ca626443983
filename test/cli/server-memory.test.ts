import { Session } from "node:inspector";
import v8 from "node:v8";
import { expect, onTestFinished, test, vi } from "vitest";
import { giveBackIdleMemory } from "../../src/cli/commands/server-memory.js";

test("what a busy time has left is collected when it is over", async () => {
  const heap = v8.getHeapStatistics();
  const used = vi
    .spyOn(v8, "getHeapStatistics")
    .mockReturnValueOnce(heap)
    .mockReturnValue({ ...heap, total_heap_size: heap.total_heap_size + 100e6 });
  const post = vi.spyOn(Session.prototype, "post");
  onTestFinished(() => void [used, post].map((spy) => spy.mockRestore()));
  onTestFinished(giveBackIdleMemory());
  const left = new WeakRef(Buffer.alloc(1000));
  await expect.poll(() => post.mock.calls[0]?.[0], { interval: 1000 }).toBe("HeapProfiler.collectGarbage");
  // Compared here: what a matcher was given is kept alive by it.
  await expect.poll(() => left.deref() === undefined).toBe(true);
});
