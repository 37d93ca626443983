import type { Announcement } from "../../delivery/announcement.js";
import { H2PushError } from "../../errors.js";
import type { NeedsOptions } from "../../export/site-needs.js";
import { isTargetName, type TargetName, targetNames, targets } from "../../export/targets.js";
import { closestMatch } from "../../io/text/closest-match.js";

/** The options of `h2push export`, as the command line has them. */
export interface ExportFlags extends Pick<
  NeedsOptions,
  "base" | "single" | "viewport" | "jobs" | "manifest" | "learnFile"
> {
  readonly to?: string;
  /** A directory, or a file where the export is one. */
  readonly out?: string;
  /** Directory of a copy of the site. */
  readonly inject?: string;
  readonly announce?: Announcement;
  readonly earlyHints?: boolean;
  /** `1.22`. */
  readonly targetVersion?: string;
  /** With `--to json`: what this target says. */
  readonly for?: string;
  /** What is left out makes the exit code 1. */
  readonly strict?: boolean;
}

/** @throws {H2PushError} "usage" without a target, and for flags that don't go together */
export function targetOf({ to, inject, targetVersion, earlyHints, ...flags }: ExportFlags): TargetName {
  const text = to ?? (inject === undefined ? undefined : "html");
  if (text === undefined) {
    throw new H2PushError("usage", "no target", `choose one: --to ${targetNames.join(", --to ")}`);
  }
  const target = named(text);
  if (inject !== undefined && target !== "html") {
    throw new H2PushError(
      "usage",
      `--inject ${inject} with --to ${target}`,
      "--inject is for --to html: leave one of the two out",
    );
  }
  if (inject !== undefined && flags.out !== undefined) {
    throw new H2PushError(
      "usage",
      `--inject ${inject} with --out ${flags.out}`,
      "one of them names the directory of the copy",
    );
  }
  if (flags.for !== undefined && target !== "json") {
    throw new H2PushError("usage", `--for ${flags.for} with --to ${target}`, "--for says whose links --to json lists");
  }
  const carrier = flags.for === undefined ? target : named(flags.for);
  if (earlyHints === true && !("sendsHints" in targets[carrier])) {
    const able = targetNames.filter((name) => "sendsHints" in targets[name]);
    const by = flags.for === undefined ? `--to ${target}` : `--for ${flags.for}`;
    throw new H2PushError("usage", `--early-hints with ${by}`, `these send a 103: ${able.join(", ")}`);
  }
  const unused = flags.manifest === undefined ? undefined : (["viewport", "jobs"] as const).find((name) => flags[name]);
  if (unused !== undefined) {
    throw new H2PushError("usage", `--${unused} with --manifest`, "it is for a scan: leave one of the two out");
  }
  if (target === "json" && flags.announce !== undefined && flags.for === undefined) {
    const hint = "the list has all that pages need; --for TARGET writes what a target announces";
    throw new H2PushError("usage", `--announce ${flags.announce} with --to json`, hint);
  }
  if (targetVersion !== undefined && target !== "nginx" && target !== "apache") {
    const hint = "it is for nginx and apache: the others are written the same for every version";
    throw new H2PushError("usage", `--target-version ${targetVersion} with --to ${target}`, hint);
  }
  return target;
}

/** @throws {H2PushError} "usage" for no target of ours */
export function named(text: string): TargetName {
  if (isTargetName(text)) return text;
  const near = closestMatch(text, targetNames);
  const hint = near === undefined ? `choose from ${targetNames.join(", ")}` : `did you mean ${near}?`;
  throw new H2PushError("usage", `no such target: ${text}`, hint);
}

/** @throws {H2PushError} "usage" */
export function versionOf(text: string | undefined): readonly number[] | undefined {
  if (text === undefined || /^\d{1,4}(?:\.\d{1,4}){0,3}$/.test(text)) return text?.split(".").map(Number);
  throw new H2PushError("usage", `not a version: ${text}`, "for example --target-version 1.22.1");
}
