import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { errorOf } from "../errors.js";
import type { AnnouncedTargets } from "./held-back.js";
import type { DeliveredTarget, Delivery, History } from "./history.js";
import { writeLink } from "./link.js";
import type { PreloadLink } from "./announcement.js";
import type { Plan } from "./plan.js";
import { promise, promisedRequest } from "./push-promise.js";
import type { Writer, WriteQueue } from "./scheduler.js";

/** The response to a promised request. */
export interface PushedResponse {
  readonly writer: Writer;
  /**
   * Answers as a request for that link would be answered.
   *
   * @returns "withdrawn" when there is nothing to send any more, and the promise was taken back
   */
  readonly send: () => Promise<"sent" | "withdrawn">;
}

/** One page on its way: the response itself, and what goes with it. */
export interface PageDelivery {
  /** What to do when no more than so many pushes are possible. The first of them are the same for any number. */
  readonly plan: (pushes: number) => Plan;
  /** Links that a 103 carried before the response was ready. */
  readonly hinted: readonly PreloadLink[];
  /** The page is so large that its stylesheets must not wait for its end. */
  readonly large: boolean;
  /** The page's stream; without one (HTTP/1.1) nothing is pushed or hinted. */
  readonly stream: ServerHttp2Stream | undefined;
  /** Writes the page to that stream. */
  readonly writer: Writer | undefined;
  /** The fields of the request for the page. */
  readonly request: IncomingHttpHeaders;
  /** Request target of the page. */
  readonly page: string;
  /** A browser loads it: what `Link` names it asks for soon, and what the HTML names, too. */
  readonly navigates: boolean;
  readonly history: History;
  /** Whether the client takes one more promise at this moment. */
  readonly mayPromise: () => boolean;
  /** Puts in order what the connection's responses write. */
  readonly writes: WriteQueue;
  /** Counts one more stream as open, until the returned function is called. */
  readonly begin: () => () => void;
  /** Told of each promised stream. */
  readonly promised: (stream: ServerHttp2Stream) => void;
  /** Told when a 103 has left. */
  readonly hintSent: () => void;
  readonly respondPush: (stream: ServerHttp2Stream, request: IncomingHttpHeaders, link: PreloadLink) => PushedResponse;
  /**
   * Sends the page, with these `Link` values beside its own; `delivery` is what is about to go with it. Tells
   * when a piece of it was taken.
   */
  readonly respondPage: (linkValues: readonly string[], delivery: Delivery, taken: () => void) => Promise<void>;
  readonly report: (error: Error) => void;
}

interface Promised {
  readonly link: PreloadLink;
  readonly stream: ServerHttp2Stream;
  readonly response: PushedResponse;
}

/**
 * Carries out a plan. All promises leave before the first byte of the page,
 * so that the client does not ask for what is coming; the page itself goes
 * first, then the pushed responses one after another.
 *
 * @throws what `respondPage` throws. What happens to a push never reaches the page.
 */
export async function deliver(page: PageDelivery): Promise<Delivery> {
  const wanted = page.plan(Infinity);
  const hinted = [...page.hinted, ...sendHint(page, wanted.hint)];
  for (const { target } of hinted) page.history.hinted(target, 0);
  const promised = await promiseAll(page, wanted.push);
  const plan = promised.length < wanted.push.length ? page.plan(promised.length) : wanted;

  const refused = new Set<PreloadLink>();
  const planned = { page: page.page, time: Date.now(), targets: targetsOf(plan, hinted) };
  page.history.record(planned);
  if (page.navigates) page.history.announce(announcementsOf(plan));
  const failure = await sendAll(page, plan, promised, planned, refused);
  const delivery = refused.size === 0 ? planned : { ...planned, targets: targetsOf(plan, hinted, refused) };
  if (delivery !== planned) page.history.correct(planned, delivery);
  if (failure !== undefined) throw failure.error;
  return delivery;
}

/**
 * Writes the page, then the pushes one after another; of a large page the rest
 * goes behind what blocks its rendering. Returns what the page failed with;
 * adds to `refused` what was not taken.
 */
async function sendAll(
  page: PageDelivery,
  plan: Plan,
  promised: readonly Promised[],
  delivery: Delivery,
  refused: Set<PreloadLink>,
): Promise<{ readonly error: unknown } | undefined> {
  const { writer, writes } = page;
  const blocking = page.large ? promised.filter(({ link }) => link.blocking === true) : [];
  const ordered = [...blocking, ...promised.filter((push) => !blocking.includes(push))];
  if (writer === undefined || promised.length === 0) return sendPage(page, plan, delivery, () => undefined);
  writes.inSequence([writer, ...ordered.map(({ response }) => response.writer)]);
  const last = blocking.at(-1)?.response.writer;
  let isHead = true;
  const sent = sendPage(page, plan, delivery, () => {
    if (isHead && last !== undefined) writes.moveBehind(writer, last);
    isHead = false;
  }).finally(() => writes.done(writer));
  const pushes = ordered.map(async (push) => {
    if (!(await pushed(push, page))) refused.add(push.link);
  });
  await Promise.all(pushes);
  return sent;
}

async function sendPage(page: PageDelivery, plan: Plan, delivery: Delivery, taken: () => void) {
  try {
    await page.respondPage(linkValues(plan), delivery, taken);
    return undefined;
  } catch (error) {
    return { error };
  }
}

/** 103 (Early Hints, RFC 8297): before the final response, or not at all. Returns what it named. */
function sendHint({ stream, hinted, hintSent }: PageDelivery, links: readonly PreloadLink[]): readonly PreloadLink[] {
  if (links.length === 0 || hinted.length > 0) return [];
  if (stream === undefined || stream.headersSent || stream.closed || stream.destroyed) return [];
  const written = links.map((link) => [link, writeLink(link)] as const).filter(([, value]) => value !== undefined);
  if (written.length > 0) {
    stream.additionalHeaders({ ":status": 103, link: written.map(([, value]) => value).join(", ") });
    hintSent();
  }
  return written.map(([link]) => link);
}

/**
 * Promises in the order of the plan, and stops where the client takes no
 * more: SETTINGS may change at any time. What is about to be promised counts
 * at once, so that a page that is asked for meanwhile neither promises it
 * again nor goes over the client's limit.
 */
async function promiseAll(page: PageDelivery, links: readonly PreloadLink[]): Promise<Promised[]> {
  const { stream: parent, request, report, history } = page;
  const promised: Promised[] = [];
  if (parent === undefined) return promised;
  for (const { target, etag } of links) if (etag !== undefined) history.markSent(target, etag);
  for (const link of links) {
    if (!page.mayPromise()) break;
    const end = page.begin();
    const wanted = promisedRequest(request, link.target, link.as);
    const stream = await promise(parent, wanted, report);
    if (stream === undefined) {
      end();
      break;
    }
    stream.once("close", end);
    page.promised(stream);
    history.pushPromised();
    promised.push({ link, stream, response: page.respondPush(stream, wanted, link) });
  }
  for (const { target, etag } of links.slice(promised.length)) if (etag !== undefined) history.unmark(target, etag);
  return promised;
}

/** Whether the client took the push to its end. */
async function pushed(
  { link, stream, response: { writer, send } }: Promised,
  { writes, history, report }: PageDelivery,
): Promise<boolean> {
  try {
    await writes.turn(writer);
    if (!stream.destroyed && (await send()) === "withdrawn") {
      if (link.etag !== undefined) history.unmark(link.target, link.etag);
      return false;
    }
  } catch (error) {
    // The client's own cancel is seen in the stream's code; anything else is ours.
    if (!stream.destroyed && !stream.closed) {
      report(errorOf(error));
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    }
  } finally {
    writes.done(writer);
  }
  const taken = stream.writableFinished && !stream.aborted;
  if (taken) history.pushTaken();
  else history.pushRefused();
  return taken;
}

/**
 * What the `Link` values of a plan make a browser ask for ahead of what the
 * HTML names: all but stylesheets comes after those that block rendering, an
 * image after the scripts too.
 */
export function announcementsOf({ link, skipped }: Plan): readonly AnnouncedTargets[] {
  const announced = link.filter(({ inField }) => inField !== true);
  const left = skipped.map((one) => one.link).filter(({ named }) => named === true);
  const stylesheets = left.filter(({ as, blocking }) => as === "style" && blocking === true);
  const scripts = left.filter(({ as }) => as === "script");
  const targetsOf = (links: readonly PreloadLink[]) => links.map(({ target }) => target);
  const all = [
    {
      targets: targetsOf(announced.filter(({ as }) => as !== "style" && as !== "image")),
      before: targetsOf(stylesheets),
    },
    {
      targets: targetsOf(announced.filter(({ as }) => as === "image")),
      before: targetsOf([...stylesheets, ...scripts]),
    },
  ];
  return all.filter(({ targets, before }) => targets.length > 0 && before.length > 0);
}

/** The `Link` values of a plan, without those that the response has already. */
export function linkValues({ link }: Plan): string[] {
  return link.flatMap((one) => (one.inField === true ? [] : (writeLink(one) ?? [])));
}

/** What becomes of each link of a plan, but for the pushes that the client refused. */
export function targetsOf(
  plan: Plan,
  hinted: readonly PreloadLink[] = [],
  refused: ReadonlySet<PreloadLink> = new Set(),
): DeliveredTarget[] {
  const of = ({ target, as, bytes, by }: PreloadLink) =>
    by === undefined ? { target, as, bytes } : { target, as, bytes, by };
  return [
    ...plan.push.map((link): DeliveredTarget =>
      refused.has(link) ? { ...of(link), means: "skipped", reason: "declined" } : { ...of(link), means: "push" },
    ),
    ...hinted.map((link): DeliveredTarget => ({ ...of(link), means: "hint" })),
    ...plan.link.map((link): DeliveredTarget => ({ ...of(link), means: "link" })),
    ...plan.skipped.map(({ link, reason }): DeliveredTarget => ({ ...of(link), means: "skipped", reason })),
  ];
}
