import { parentPort, workerData } from "node:worker_threads";
import { errorOf } from "../../errors.js";
import type { Viewport } from "../css/media-queries.js";
import { type OnLimit, SiteFacts } from "../facts-cache.js";
import type { LookupTarget, LookedUp } from "../lookup.js";
import { findPageNeeds, type PageToScan } from "../page-needs.js";
import { ScanFault, withoutFile } from "../scan-fault.js";
import { readAsync } from "../site-files/read-file.js";
import type { PageNeeds } from "../types.js";

/** What the thread is given first. */
export interface ThreadSetting {
  readonly viewport: Viewport;
  readonly compressed: boolean;
}

/** What it is told: a page to scan, or the answer to a question. */
export type ToThread = PageToScan | { readonly question: number; readonly found: LookedUp };

/** What it says. */
export type FromThread =
  | { readonly kind: "question"; readonly question: number; readonly asked: LookupTarget }
  | { readonly kind: "limit"; readonly limit: Parameters<OnLimit> }
  | { readonly kind: "fault"; readonly file: string; readonly message: string }
  | { readonly kind: "needs"; readonly needs: PageNeeds };

const setting: ThreadSetting = workerData;
const say = (message: FromThread): void => parentPort?.postMessage(message);
const facts = new SiteFacts({
  reader: () => readAsync,
  onLimit: (...limit) => say({ kind: "limit", limit }),
  ...setting,
});
/** Who waits for the answers to the questions that were asked. */
const waiting = new Map<number, (found: LookedUp) => void>();
let questions = 0;

parentPort?.on("message", (message: ToThread) => {
  if ("found" in message) take(message.question, message.found);
  else void scan(message);
});

function take(question: number, found: LookedUp): void {
  waiting.get(question)?.(found);
  waiting.delete(question);
}

/** The server answers: what it would say is known to it alone. */
function ask(asked: LookupTarget): Promise<LookedUp> {
  return new Promise((resolve) => {
    waiting.set((questions += 1), resolve);
    say({ kind: "question", question: questions, asked });
  });
}

async function scan(page: PageToScan): Promise<void> {
  try {
    say({ kind: "needs", needs: await findPageNeeds(page, facts, ask).catch(withoutFile) });
  } catch (error) {
    const file = error instanceof ScanFault ? error.file : page.file.file;
    say({ kind: "fault", file, message: errorOf(error).message });
  }
}
