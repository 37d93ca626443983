import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import type { OnLimit } from "../facts-cache.js";
import type { PageLookup } from "../needs-list.js";
import type { PageToScan } from "../page-needs.js";
import { NO_NEEDS, ScanFault } from "../scan-fault.js";
import type { PageNeeds } from "../types.js";
import type { FromThread, ThreadSetting, ToThread } from "./page-worker.js";

type Question = Extract<FromThread, { kind: "question" }>;

/** A thread that has had nothing to do for so long ends (milliseconds). */
const IDLE_MS = 10_000;
/** A page that takes longer goes without links (milliseconds). */
const PAGE_MS = 60_000;
/** The same for one that takes more memory (MB): what belongs to the server stays. */
const MEMORY_MB = 1024;

/** Missing where the program runs from source, or is part of another one's bundle. */
const PROGRAM = new URL("page-worker.js", import.meta.url);

/**
 * A thread for pages whose scan would keep everybody waiting; undefined where there can be none.
 *
 * @param onLimit told of what the thread reaches a limit with, and of a page that ends the thread
 */
export function pageThread(setting: ThreadSetting, onLimit: OnLimit): PageThread | undefined {
  return existsSync(PROGRAM) ? new PageThread(setting, onLimit) : undefined;
}

/** It begins with the first page, takes one after the other, and ends when it is idle. */
export class PageThread {
  readonly #setting: ThreadSetting;
  readonly #onLimit: OnLimit;
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  constructor(setting: ThreadSetting, onLimit: OnLimit) {
    this.#setting = setting;
    this.#onLimit = onLimit;
  }

  /**
   * What a page needs: nothing, when it takes more time or memory than a page may.
   *
   * @throws {ScanFault}
   */
  page(request: PageToScan, lookup: PageLookup): Promise<PageNeeds> {
    const needs = this.#last.then(() => this.#scan(request, lookup));
    this.#last = needs.catch(() => undefined);
    return needs;
  }

  async #scan(request: PageToScan, lookup: PageLookup): Promise<PageNeeds> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#begin());
    const timer = setTimeout(() => this.#end(worker), PAGE_MS).unref();
    try {
      return await this.#exchange(worker, request, lookup);
    } catch (error) {
      // It would go on with the page.
      if (!(error instanceof ScanFault)) this.#end(worker);
      throw error;
    } finally {
      worker.removeAllListeners("message");
      clearTimeout(timer);
      this.#idle = setTimeout(() => this.#end(worker), IDLE_MS).unref();
    }
  }

  #begin(): Worker {
    const worker = new Worker(PROGRAM, {
      workerData: this.#setting,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
    });
    // Its end tells enough.
    worker.on("error", () => undefined);
    worker.once("exit", () => this.#end(worker));
    worker.unref();
    return worker;
  }

  #end(worker: Worker): void {
    if (this.#worker === worker) this.#worker = undefined;
    void worker.terminate();
  }

  #exchange(worker: Worker, request: PageToScan, lookup: PageLookup): Promise<PageNeeds> {
    return new Promise((resolve, reject) => {
      const tell = (message: ToThread) => worker.postMessage(message);
      const answer = async ({ question, asked }: Question) => tell({ question, found: await lookup(asked) });
      const gone = () => {
        this.#onLimit(request.file, "thread");
        resolve(NO_NEEDS);
      };
      const fail = (error: Error) => {
        worker.off("exit", gone);
        reject(error);
      };
      worker.once("exit", gone);
      worker.on("message", (message: FromThread) => {
        if (message.kind === "question") return void answer(message).catch(fail);
        if (message.kind === "limit") return this.#onLimit(...message.limit);
        if (message.kind === "fault") return fail(new ScanFault(message.file, message.message));
        worker.off("exit", gone);
        resolve(message.needs);
      });
      tell(request);
    });
  }
}
