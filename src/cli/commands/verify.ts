import type { Announcement } from "../../delivery/announcement.js";
import { H2PushError } from "../../errors.js";
import { readUserFile } from "../../io/disk/read-user-file.js";
import { readManifest } from "../../manifest/read.js";
import type { VerifiedPage } from "../../verify/verify-page.js";
import { verifySite } from "../../verify/verify-site.js";
import { count, heading, printLine, quiet, warning } from "../output/output.js";
import { printable } from "../output/printable.js";
import { progressBar } from "../output/progress-bar.js";

/** The options of `h2push verify`, as the command line has them. */
export interface VerifyFlags {
  readonly manifest?: string;
  readonly announce?: Announcement;
  readonly insecure?: boolean;
  readonly format?: "text" | "json";
}

/**
 * Carries out `h2push verify URL`: prints page by page what a live server
 * announces and pushes; the exit code is 1 where that is not what the list has.
 *
 * @throws {H2PushError} "usage" for a URL that is none, "manifest", "listen" when nobody answers
 */
export async function runVerify(
  text: string,
  { manifest, announce = "unseen", insecure = false, format = "text" }: VerifyFlags,
): Promise<void> {
  const url = urlOf(text);
  if (manifest === undefined) {
    const hint = "write one: h2push export ./site --to json --for TARGET --out list.json";
    throw new H2PushError("usage", "no --manifest", hint);
  }
  const list = readManifest(
    await readUserFile(manifest, "manifest", "pass the list that the server was given: --manifest FILE"),
    manifest,
  );
  const bar = progressBar();
  const pages = await verifySite(url, list, {
    announce,
    insecure,
    onPage: (_page, done, total) => bar.show(done, total),
  }).finally(bar.end);
  if (pages.length === 0) {
    throw new H2PushError(
      "manifest",
      `no page at ${url.pathname} or below (${manifest})`,
      "pass the origin, or the path of a page",
    );
  }
  if (format === "json")
    process.stdout.write(`${JSON.stringify({ version: 1, url: url.href, pages }, undefined, 2)}\n`);
  else tell(pages);
  if (pages.some(isWrong)) process.exitCode = 1;
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.username + url.password !== "") {
    const hint = "verify sends no password: hold it against a server that lets everybody in";
    throw new H2PushError("usage", `a user or a password in the URL of ${url.host}`, hint);
  }
  if (url !== undefined && url.search + url.hash !== "") {
    throw new H2PushError("usage", `not a URL of pages: ${text}`, `leave out ${url.search}${url.hash}`);
  }
  if (url?.protocol === "https:") return url;
  const hint = "pass an https URL, for example https://www.example.com/";
  throw new H2PushError("usage", `not a URL that can be verified: ${text}`, hint);
}

const isWrong = ({ status, missing, unlisted, gone }: VerifiedPage) =>
  status !== 200 || missing.length + unlisted.length + gone.length > 0;

function tell(pages: readonly VerifiedPage[]): void {
  for (const page of pages) {
    const { pathname, status, location, linked, hinted, inHtml, pushed } = page;
    const parts = [
      status === 200 ? "" : warning(`${status}${location === undefined ? "" : ` to ${printable(location)}`}`),
      `${linked.length} by Link`,
      hinted.length === 0 ? "" : `${hinted.length} by 103`,
      inHtml.length === 0 ? "" : `${inHtml.length} in the HTML`,
      `${pushed.length} pushed`,
    ];
    if (page.failure !== undefined) {
      printLine(`${heading(pathname)}  ${warning("no answer")} ${quiet(`(${page.failure})`)}`);
      continue;
    }
    printLine(`${heading(pathname)}  ${parts.filter((part) => part !== "").join(", ")}`);
    for (const target of page.missing) printLine(`  ${warning("missing")}    ${target}`);
    for (const target of page.unlisted)
      printLine(`  ${warning("too much")}   ${target} ${quiet("(the list does not announce it)")}`);
    for (const { target, status, reason } of page.gone) {
      const answer = [status === 0 ? "no answer" : String(status), ...(reason === undefined ? [] : [reason])].join(
        ", ",
      );
      printLine(`  ${warning("not there")}  ${target} ${quiet(`(${answer})`)}`);
    }
  }
  if (pages.some(({ protocol }) => protocol === "http/1.1"))
    printLine(
      `${warning("over HTTP/1.1:")} the server speaks no HTTP/2, so nothing is pushed, and browsers read no 103`,
    );
  const wrong = pages.filter(isWrong).length;
  printLine(
    `${count(pages.length, "page")}, ${wrong === 0 ? "all as the list has them" : `${wrong} not as the list has them`}`,
  );
}
