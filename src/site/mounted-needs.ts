import { createHash } from "node:crypto";
import { join } from "node:path";
import { isHtml, mediaType } from "../files/media-type.js";
import type { FoundFile } from "../files/file.js";
import { pathOf } from "../io/request-target.js";
import { NO_NEEDS } from "../scanner/scan-fault.js";
import type { PageNeeds } from "../scanner/types.js";
import type { Site } from "../server/context.js";
import { scanInTime } from "../server/files/send-file.js";
import { admittedBy } from "../server/files/site-lookup.js";
import type { PageRules, RequestRules } from "../server/middleware/request-rules.js";
import { expectedRequest } from "../server/middleware/site-rules.js";

/** What a page of the site needs, and what the rules say of it. */
export interface RuledNeeds {
  readonly needs: PageNeeds;
  readonly rules: PageRules;
}

/** Who asks for a page. */
export interface PageClient {
  /** The client's `user-agent`: what was learned of a page depends on it. */
  readonly userAgent: string;
  /** Values of `Content-Security-Policy` that the page is sent with. */
  readonly csp: readonly string[];
}

/** What the page needs that answers for a path; undefined where none does. A redirect or a file of another kind is none. */
export async function sitePage(site: Site, target: string, client: PageClient): Promise<RuledNeeds | undefined> {
  await site.rules.look();
  const request = site.rules.of(expectedRequest(target));
  const found = peekPage(site, target, request) ?? (await findPage(site, target, request));
  if (found === undefined || site.scanner === undefined) return undefined;
  const pathname = pathOf(target);
  const rules = request.page;
  const context = { csp: [...rules.csp, ...client.csp], audience: rules.audience };
  const read =
    site.scanner.peek(pathname, found, context)?.needs ?? (await scanInTime(site.scanner, pathname, found, context));
  if (read === undefined) return { needs: NO_NEEDS, rules };
  const needs = site.traffic === undefined ? read : await site.traffic.known(pathname, found, read, client.userAgent);
  return { needs, rules };
}

/** The file of a path where no look at the disk is needed, and no rule leads elsewhere. */
function peekPage({ lookup }: Site, target: string, rules: RequestRules): FoundFile | undefined {
  if (lookup === undefined || rules.action !== undefined || rules.isRefused) return undefined;
  const known = lookup.tree.peek(pathOf(target));
  return known?.kind === "file" && isPage(known, rules) && !rules.refusesFile(known.file) ? known : undefined;
}

async function findPage({ lookup }: Site, target: string, rules: RequestRules): Promise<FoundFile | undefined> {
  if (rules.isRefused) return undefined;
  const request = { ...expectedRequest(target), navigates: true, ...admittedBy(rules) };
  const resolved = await lookup?.resolve(request);
  return resolved?.kind === "file" && isPage(resolved.found, rules) ? resolved.found : undefined;
}

const isPage = ({ file }: FoundFile, { contentType }: RequestRules) => isHtml(contentType ?? mediaType(file));

/** A page of a route is looked at up to this size (bytes): it waits for that. */
const MAX_SCANNED_BYTES = 256 * 1024;

/** What a page that was made for one request needs, by its content; undefined where that is not looked at. */
export async function needsOfContent(
  { lookup, scanner }: Site,
  target: string,
  content: Buffer,
  csp: readonly string[],
): Promise<PageNeeds | undefined> {
  if (lookup === undefined || scanner === undefined || content.length > MAX_SCANNED_BYTES) return undefined;
  const digest = createHash("sha1").update(content).digest("base64url");
  const file = join(lookup.tree.root, "a page that was made for a request");
  const times = { size: content.length, mtimeMs: 0, ctimeMs: 0, dev: 0, ino: 0 };
  return scanInTime(scanner, pathOf(target), { file, ...times, digest, content }, { csp, ahead: true });
}
