import type { LookupTarget, Audience, LookedUp, Lookup } from "../../scanner/lookup.js";
import type { RuleAction, RuleRequest } from "../../rules/rule-set.js";
import { tellOnce } from "../../io/tell-once.js";
import type { FoundFile } from "../../files/file.js";
import { mayBePage, mediaType } from "../../files/media-type.js";
import { isPagePath } from "../../manifest/destination.js";
import { withBase, withoutBase } from "../../files/base.js";
import type { FileTree, Found } from "../../files/tree.js";
import type { RequestRules } from "../middleware/request-rules.js";
import { expectedRequest, type SiteRules } from "../middleware/site-rules.js";
import { isAnsweredByHost } from "./host-paths.js";
import { leadsInCircle } from "./redirect-circle.js";
import { placeOf, type Resolved } from "./resolved.js";
import { pathOf } from "../../io/request-target.js";

/** Why it is not said what is there. */
export const PROTECTED = "asks for a password";

/** A request for which an answer is looked up. */
export interface LookupRequest extends RuleRequest {
  /** It is for a page: where there is no file, the page of a single-page application answers. */
  readonly navigates: boolean;
  /** What rules say to it. */
  readonly rules: RequestRules;
  /** Whether whoever asks may have what `_headers` protects, as its rules for the request of it say. */
  readonly admits: (rules: RequestRules) => boolean;
  /** The same for a file, by its real path: a link or another name may lead there. */
  readonly admitsFile: (file: string) => boolean;
}

/** Of the one who makes a request with these rules. */
export function admittedBy(rules: RequestRules): Pick<LookupRequest, "rules" | "admits" | "admitsFile"> {
  return { rules, admits: (other) => !other.isRefused, admitsFile: (file) => !rules.refusesFile(file) };
}

export interface SiteLookupOptions {
  readonly tree: FileTree;
  readonly rules: SiteRules;
  /** The page that answers navigations to paths without a file, as a path from the root. */
  readonly single: string | undefined;
  /** Directories without an index page are listed. */
  readonly list: boolean;
  /** What answers a target before the files do, in words, if something does. */
  readonly elsewhere: (target: string) => string | undefined;
  /** Told what the user should know of, in a sentence. */
  readonly notice?: (text: string) => void;
}

const MISSING = { kind: "missing", page: undefined } as const;
const UNKNOWN = { kind: "unknown" } as const;

/**
 * Finds out what answers a request: for the answer itself, and for whatever
 * has to know it beforehand. One place decides, so that what is announced is
 * what would be served.
 */
export class SiteLookup {
  readonly tree: FileTree;
  /** URL path of the page that answers navigations to paths without a file. */
  readonly single: string | undefined;
  /** URL path of the page that goes with a 404, if it is there. */
  readonly errorPage: string;
  /** What a request that a page makes would be answered with. */
  readonly look: Lookup = (asked, audience) => this.#look(asked, audience);
  readonly #options: SiteLookupOptions;
  readonly #notice: (key: string, text: string) => void;

  constructor(options: SiteLookupOptions) {
    const { tree, single } = options;
    this.tree = tree;
    this.single = single === undefined ? undefined : withBase(tree.base, single);
    this.errorPage = withBase(tree.base, "/404.html");
    this.#options = options;
    this.#notice = tellOnce((text) => options.notice?.(text));
  }

  /**
   * What answers a request that comes to the files and to the rules for them.
   *
   * @param known what stands for its path, where that was just found
   */
  async resolve(request: LookupRequest, known?: Found): Promise<Resolved> {
    const resolved = await this.#resolve(request, known);
    const place = placeOf(resolved);
    return place !== undefined && !request.admitsFile(place) ? { kind: "refused" } : resolved;
  }

  async #resolve(request: LookupRequest, known: Found | undefined): Promise<Resolved> {
    const pathname = pathOf(request.target);
    if (withoutBase(this.tree.base, pathname) === undefined) return this.#outside(request.target, pathname);
    const ruled = request.rules.action;
    if (ruled?.forced === true && !(await this.#isEndless(ruled, request))) {
      const led = await this.#follow(ruled, request);
      if (led !== undefined) return led;
    }
    const found = known ?? (await this.tree.find(pathname));
    if (found.kind === "file") return { kind: "file", found, pathname, standsIn: false };
    if (found.kind === "none" && found.status === 400) return { kind: "malformed" };
    if (found.kind === "unreadable") return found;
    const unslashed = found.kind === "unslashed";
    const isPage = unslashed && (await this.tree.find(`${pathname}/`)).kind === "file";
    if (ruled?.forced === false && !isPage && !(await this.#isEndless(ruled, request))) {
      return (await this.#follow(ruled, request)) ?? this.#standIn(request);
    }
    // 308: a client that sent a form comes back with it (RFC 9110 §15.4.9).
    if (unslashed) return { kind: "redirect", status: 308, location: slashed(request.target, pathname) };
    if (found.kind === "directory" && this.#options.list) return { kind: "listing", directory: found.directory };
    return this.#standIn(request);
  }

  /** Leads from the root of the host to the site; nobody has said that it will be there for ever. */
  #outside(target: string, pathname: string): Resolved {
    const { base } = this.tree;
    if (pathname === "/") return { kind: "redirect", status: 302, location: withBase(base, target) };
    if (`${pathname}/` === base) return { kind: "redirect", status: 308, location: slashed(target, pathname) };
    return { kind: "outside" };
  }

  /** Whether a redirect leads its client from one to the next for ever: by rules, or by our own to the slash. Told once. */
  async #isEndless(ruled: RuleAction, request: LookupRequest): Promise<boolean> {
    if (ruled.kind !== "redirect") return false;
    const next = (target: string) => this.redirected({ ...request, target });
    const endless = await leadsInCircle(ruled.location, request.authority, next);
    if (endless) this.#notice(ruled.rule, `_redirects:${ruled.rule} leads in a circle, and is passed over`);
    return endless;
  }

  /** Where a request would be sent, by a rule or to the slash of a directory. */
  async redirected(request: RuleRequest): Promise<string | undefined> {
    const { target } = request;
    if (this.#options.elsewhere(target) !== undefined) return undefined;
    const ruled = this.#options.rules.of(request).action;
    const led = ruled?.kind === "redirect" ? ruled.location : undefined;
    if (ruled?.forced === true) return led;
    const pathname = pathOf(target);
    const found = await this.tree.find(pathname);
    if (found.kind === "file") return undefined;
    const isPage = found.kind === "unslashed" && (await this.tree.find(`${pathname}/`)).kind === "file";
    if (ruled !== undefined && !isPage) return led;
    return found.kind === "unslashed" ? slashed(target, pathname) : undefined;
  }

  /**
   * Does what a rule of `_redirects` says. Where that leads, no rule applies
   * any more, but for passwords. Undefined when a rewrite leads nowhere.
   */
  async #follow(ruled: RuleAction, request: LookupRequest): Promise<Resolved | undefined> {
    if (ruled.kind === "unknown") return UNKNOWN;
    if (ruled.kind === "redirect") return { kind: "redirect", status: ruled.status, location: ruled.location };
    if (!request.admits(this.#options.rules.of({ ...request, target: ruled.pathname }))) return { kind: "refused" };
    if (ruled.status === 404) return { kind: "missing", page: ruled.pathname };
    const { pathname } = ruled;
    const found = await this.tree.find(pathname);
    if (found.kind === "file") return { kind: "file", found, pathname, standsIn: false };
    // A directory without its slash: the URL of the request is another one, and keeps its own.
    const index = found.kind === "unslashed" ? await this.tree.find(`${pathname}/`) : found;
    if (index.kind === "file") return { kind: "file", found: index, pathname: `${pathname}/`, standsIn: false };
    return index.kind === "unreadable" ? index : undefined;
  }

  async #standIn({ target, navigates }: LookupRequest): Promise<Resolved> {
    const { single } = this;
    if (single === undefined || !navigates || !mayBePage(pathOf(target))) return MISSING;
    const found = await this.tree.find(single);
    return found.kind === "file" ? { kind: "file", found, pathname: single, standsIn: true } : MISSING;
  }

  async #look({ target, navigates }: LookupTarget, audience: Audience | undefined): Promise<LookedUp> {
    const elsewhere = this.#options.elsewhere(target);
    if (elsewhere !== undefined) return other(elsewhere);
    const request = expectedRequest(target, audience?.authority);
    const rules = this.#options.rules.of(request);
    const admits = (other: RequestRules) => other.admits(audience);
    if (!admits(rules)) return other(PROTECTED);
    const admitsFile = (file: string) => rules.admitsFile(file, audience);
    const resolved = await this.resolve({ ...request, navigates, rules, admits, admitsFile });
    if (isAnsweredByHost(target, this.tree.base) && !isOwnFile(resolved, target)) return other("answered by the host");
    switch (resolved.kind) {
      case "file":
        return { ...resolved.found, type: rules.contentType ?? mediaType(resolved.found.file) };
      case "redirect":
        return other("redirects");
      case "listing":
        return other("a list of files");
      case "refused":
        return other(PROTECTED);
      case "unknown":
        return other("depends on the request or on another server, by _redirects");
      case "unreadable":
        return { kind: "missing", unreadable: resolved.code };
      case "missing":
      case "malformed":
      case "outside":
        return MISSING;
    }
  }

  /** The next look at what a page asks for is one at the disk. */
  invalidate(target: string, audience: Audience | undefined): void {
    for (const pathname of this.#pathsOf(expectedRequest(target, audience?.authority))) this.tree.invalidate(pathname);
  }

  /** Where files would be that answer a target, whether or not they are there. */
  placesOf(target: string, audience: Audience | undefined): readonly string[] {
    return this.#pathsOf(expectedRequest(target, audience?.authority)).flatMap(
      (pathname) => this.tree.placeOf(pathname) ?? [],
    );
  }

  /** The file that a request was just answered with, or would have been with another one's fields. */
  peek(request: RuleRequest): FoundFile | undefined {
    for (const path of [...this.#pathsOf(request), this.single]) {
      const found = path === undefined ? undefined : this.tree.peek(path);
      if (found?.kind === "file") return found;
    }
    return undefined;
  }

  /** The paths by which the tree may have what answers, the likeliest first. */
  #pathsOf(request: RuleRequest): readonly string[] {
    const ruled = this.#options.rules.of(request).action;
    const led = ruled?.kind === "rewrite" ? [ruled.pathname, `${ruled.pathname}/`] : [];
    return ruled?.forced === true ? led : [pathOf(request.target), ...led];
  }
}

/** Whether a file is meant by it, and it is not one of the pages that a rule gives for all paths. */
const isOwnFile = (resolved: Resolved, target: string) =>
  resolved.kind === "file" && (resolved.pathname === pathOf(target) || !isPagePath(resolved.found.file));

const other = (reason: string) => ({ kind: "other", reason }) as const;

const slashed = (target: string, pathname: string) => `${pathname}/${target.slice(pathname.length)}`;
