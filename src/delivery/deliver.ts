import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { DeliveredTarget, Delivery, History } from "./history.js";
import { writeLink } from "./link.js";
import type { Plan, PreloadLink } from "./plan.js";
import { promise, promisedRequest } from "./promise.js";
import { inTurn, type Turn } from "./turns.js";

/** Answers a promised stream as a request for that link would be answered. */
export type RespondPush = (
  stream: ServerHttp2Stream,
  request: IncomingHttpHeaders,
  link: PreloadLink,
  progress: () => void,
) => Promise<void>;

/** One page on its way: the response itself, and what goes with it. */
export interface PageDelivery {
  readonly plan: Plan;
  /** The page's stream; without one (HTTP/1.1) nothing is pushed or hinted. */
  readonly stream: ServerHttp2Stream | undefined;
  /** The fields of the request for the page. */
  readonly request: IncomingHttpHeaders;
  /** Request target of the page. */
  readonly page: string;
  readonly history: History;
  /** Told of each stream that was promised, to count it while it is open. */
  readonly promised: (stream: ServerHttp2Stream) => void;
  readonly respondPush: RespondPush;
  /** Sends the page, with these `Link` values beside its own. */
  readonly respondPage: (linkValues: readonly string[], progress: () => void) => Promise<void>;
  readonly report: (error: Error) => void;
}

interface Promised {
  readonly link: PreloadLink;
  readonly request: IncomingHttpHeaders;
  readonly stream: ServerHttp2Stream;
}

/**
 * Carries out a plan. All promises leave before the first byte of the page,
 * so that the client does not ask for what is coming; the page itself goes
 * first, then the pushed responses one after another.
 *
 * @throws what `respondPage` throws. What happens to a push never reaches the page.
 */
export async function deliver(page: PageDelivery): Promise<Delivery> {
  const { plan, stream, history } = page;
  const values = plan.link.flatMap((link) => (link.named === true ? [] : (writeLink(link) ?? [])));
  if (plan.hint.length > 0) sendHint(stream, plan.hint);
  const promised = stream === undefined ? [] : await promiseAll(stream, page);

  const refused = new Set<PreloadLink>();
  const planned = { page: page.page, time: Date.now(), targets: targetsOf(plan, promised, refused) };
  history.record(planned);
  let failure: unknown;
  const pageTurn: Turn = (progress) =>
    page.respondPage(values, progress).catch((error: unknown) => {
      failure = error ?? new Error("the page failed");
    });
  const pushTurns = promised.map((push): Turn => async (progress) => {
    if (!(await pushed(push, page, progress))) refused.add(push.link);
  });
  await inTurn([pageTurn, ...pushTurns]);

  const delivery = { ...planned, targets: targetsOf(plan, promised, refused) };
  history.correct(planned, delivery);
  if (failure !== undefined) throw failure;
  return delivery;
}

/** 103 (Early Hints, RFC 8297): before the final response, or not at all. */
function sendHint(stream: ServerHttp2Stream | undefined, links: readonly PreloadLink[]): void {
  if (stream === undefined || stream.headersSent || stream.destroyed) return;
  const link = links.flatMap((entry) => writeLink(entry) ?? []).join(", ");
  stream.additionalHeaders({ ":status": 103, link });
}

async function promiseAll(parent: ServerHttp2Stream, page: PageDelivery): Promise<Promised[]> {
  const { plan, request, report, history } = page;
  const promised: Promised[] = [];
  for (const link of plan.push) {
    const wanted = promisedRequest(request, link.target, link.as);
    const stream = await promise(parent, wanted, report);
    if (stream === undefined) break;
    page.promised(stream);
    if (link.etag !== undefined) history.carried(link.target, link.etag);
    promised.push({ link, request: wanted, stream });
  }
  return promised;
}

/** Whether the client took the push to its end. */
async function pushed(
  { link, request, stream }: Promised,
  { respondPush, history, report }: PageDelivery,
  progress: () => void,
): Promise<boolean> {
  try {
    if (!stream.destroyed) await respondPush(stream, request, link, progress);
  } catch (error) {
    // The client's own cancel is seen in the stream's code; anything else is ours.
    if (!stream.destroyed && error instanceof Error) report(error);
  }
  const taken = stream.writableFinished && !stream.aborted;
  if (taken) history.pushTaken();
  else history.pushRefused();
  return taken;
}

function targetsOf(plan: Plan, promised: readonly Promised[], refused: ReadonlySet<PreloadLink>): DeliveredTarget[] {
  const sent = new Set(promised.map(({ link }) => link));
  const of = ({ target, as, bytes }: PreloadLink) => ({ target, as, bytes });
  return [
    ...plan.push.map((link): DeliveredTarget => {
      if (!sent.has(link)) return { ...of(link), means: "skipped", reason: "push off" };
      return refused.has(link) ? { ...of(link), means: "skipped", reason: "declined" } : { ...of(link), means: "push" };
    }),
    ...plan.hint.map((link): DeliveredTarget => ({ ...of(link), means: "hint" })),
    ...plan.link.map((link): DeliveredTarget => ({ ...of(link), means: "link" })),
    ...plan.skipped.map(({ link, reason }): DeliveredTarget => ({ ...of(link), means: "skipped", reason })),
  ];
}
