import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { DeliveredTarget, Delivery, History } from "./history.js";
import { writeLink } from "./link.js";
import { withFewerPushes, type DeliveryMode, type Plan, type PreloadLink } from "./plan.js";
import { promise, promisedRequest } from "./promise.js";
import { inTurn, type Turn } from "./turns.js";

/** Answers a promised stream as a request for that link would be answered. */
export type RespondPush = (
  stream: ServerHttp2Stream,
  request: IncomingHttpHeaders,
  link: PreloadLink,
  progress: () => void,
) => Promise<void>;

/** Sends the page, with these `Link` values beside its own; `delivery` is what is about to go with it. */
export type RespondPage = (
  linkValues: readonly string[],
  delivery: Delivery,
  progress: () => void,
  hold: Hold | undefined,
) => Promise<void>;

/** Where the content of a large page waits, so that what blocks its rendering can go in between. */
export interface Hold {
  /** Called when the head of the page has been taken. */
  readonly reached: () => void;
  /** Resolves when the rest may follow. */
  readonly until: Promise<void>;
}

/** One page on its way: the response itself, and what goes with it. */
export interface PageDelivery {
  readonly plan: Plan;
  readonly mode: DeliveryMode;
  /** Links that a 103 carried before the response was ready. */
  readonly hinted: readonly PreloadLink[];
  /** The page is so large that its stylesheets must not wait for its end. */
  readonly large: boolean;
  /** Whether the page can't be rendered without the link. */
  readonly blocksRendering: (link: PreloadLink) => boolean;
  /** The page's stream; without one (HTTP/1.1) nothing is pushed or hinted. */
  readonly stream: ServerHttp2Stream | undefined;
  /** The fields of the request for the page. */
  readonly request: IncomingHttpHeaders;
  /** Request target of the page. */
  readonly page: string;
  readonly history: History;
  /** Whether the client takes one more promise at this moment. */
  readonly mayPromise: () => boolean;
  /** Whether the client's window for the whole connection takes anything at this moment. */
  readonly windowOpen: () => boolean;
  /** Told of each stream that was promised, to count it while it is open. */
  readonly promised: (stream: ServerHttp2Stream) => void;
  readonly respondPush: RespondPush;
  readonly respondPage: RespondPage;
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
  const hinted = [...page.hinted, ...sendHint(page)];
  const promised = await promiseAll(page);
  const plan = withFewerPushes(page.plan, promised.length, page.mode);
  const refused = new Set<PreloadLink>();
  const planned = { page: page.page, time: Date.now(), targets: targetsOf(plan, hinted, refused) };
  page.history.record(planned);

  const values = plan.link.flatMap((link) => (link.named === true ? [] : (writeLink(link) ?? [])));
  let failure: unknown;
  const sendPage = (progress: () => void, hold?: Hold) =>
    page.respondPage(values, planned, progress, hold).catch((error: unknown) => {
      failure = error ?? new Error("the page failed");
    });
  const sendPush =
    (push: Promised): Turn =>
    async (progress) => {
      if (!(await pushed(push, page, progress))) refused.add(push.link);
    };
  const blocking = page.large ? promised.filter(({ link }) => page.blocksRendering(link)) : [];
  const others = promised.filter((push) => !blocking.includes(push));
  const turns = blocking.length === 0 ? [sendPage] : inTwoParts(sendPage, blocking.map(sendPush));
  await inTurn([...turns, ...others.map(sendPush)], page.windowOpen);

  const delivery = { ...planned, targets: targetsOf(plan, hinted, refused) };
  page.history.correct(planned, delivery);
  if (failure !== undefined) throw failure;
  return delivery;
}

/** The head of the page, what goes in between, and the rest of the page. */
function inTwoParts(sendPage: (progress: () => void, hold: Hold) => Promise<void>, between: readonly Turn[]): Turn[] {
  const head = signal();
  const rest = signal();
  let sent: Promise<void> | undefined;
  // The progress of the page is that of its first turn, later that of its second.
  let moved: () => void = () => undefined;
  return [
    (progress) => {
      moved = progress;
      sent = sendPage(() => moved(), { reached: head.fire, until: rest.fired });
      return Promise.race([head.fired, sent]);
    },
    ...between,
    (progress) => {
      moved = progress;
      rest.fire();
      return sent ?? Promise.resolve();
    },
  ];
}

function signal(): { readonly fired: Promise<void>; readonly fire: () => void } {
  let fire: () => void = () => undefined;
  const fired = new Promise<void>((resolve) => (fire = resolve));
  return { fired, fire: () => fire() };
}

/** 103 (Early Hints, RFC 8297): before the final response, or not at all. Returns what it named. */
function sendHint({ stream, plan, hinted }: PageDelivery): readonly PreloadLink[] {
  if (plan.hint.length === 0 || hinted.length > 0) return [];
  if (stream === undefined || stream.headersSent || stream.destroyed) return [];
  const link = plan.hint.flatMap((entry) => writeLink(entry) ?? []).join(", ");
  stream.additionalHeaders({ ":status": 103, link });
  return plan.hint;
}

/** Promises in the order of the plan, and stops where the client takes no more: SETTINGS may change at any time. */
async function promiseAll(page: PageDelivery): Promise<Promised[]> {
  const { plan, stream: parent, request, report, history } = page;
  const promised: Promised[] = [];
  if (parent === undefined) return promised;
  for (const link of plan.push) {
    if (!page.mayPromise()) break;
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
    if (!stream.destroyed && !stream.closed && error instanceof Error) report(error);
  }
  const taken = stream.writableFinished && !stream.aborted;
  if (taken) history.pushTaken();
  else history.pushRefused();
  return taken;
}

function targetsOf(plan: Plan, hinted: readonly PreloadLink[], refused: ReadonlySet<PreloadLink>): DeliveredTarget[] {
  const of = ({ target, as, bytes }: PreloadLink) => ({ target, as, bytes });
  return [
    ...plan.push.map((link): DeliveredTarget =>
      refused.has(link) ? { ...of(link), means: "skipped", reason: "declined" } : { ...of(link), means: "push" },
    ),
    ...hinted.map((link): DeliveredTarget => ({ ...of(link), means: "hint" })),
    ...plan.link.map((link): DeliveredTarget => ({ ...of(link), means: "link" })),
    ...plan.skipped.map(({ link, reason }): DeliveredTarget => ({ ...of(link), means: "skipped", reason })),
  ];
}
