import { H2PushError } from "../../errors.js";
import { asText, type Command, type Run } from "./command.js";
import { CERTUTIL_HINT } from "./nss.js";
import type { TrustStore, TrustTarget } from "./store.js";

export interface Change {
  readonly kind: "trust" | "untrust";
  readonly target: TrustTarget;
  readonly stores: readonly TrustStore[];
  readonly run: Run;
  readonly isRoot: boolean;
  /** Say the commands and run none. */
  readonly dryRun: boolean;
  readonly say: (line: string) => void;
}

/**
 * Puts an authority into stores, or takes it out: says what it will do, does
 * it, and asks the store whether it worked. A store that is as it should be
 * already is left alone. One that fails does not keep the others from their
 * turn.
 *
 * @returns how many stores were changed, and what went wrong, a sentence for each store
 * @throws {H2PushError} `unavailable` when a program that it takes is not installed.
 */
export async function carryOut(change: Change): Promise<{ readonly changed: number; readonly failures: string[] }> {
  const failures: string[] = [];
  let changed = 0;
  for (const store of change.stores) {
    const outcome = await carryOutIn(store, change);
    if (outcome === "changed") changed += 1;
    else if (outcome !== "as it was") failures.push(`${store.name}: ${outcome.failure}`);
  }
  return { changed, failures };
}

async function carryOutIn(
  store: TrustStore,
  change: Change,
): Promise<"changed" | "as it was" | { readonly failure: string }> {
  const { kind, target, run, isRoot, dryRun, say } = change;
  const wanted = kind === "trust";
  if ((await store.holds(target, run)) === wanted) {
    say(`${wanted ? "already trusted by" : "not trusted anyway by"} ${store.name}`);
    return "as it was";
  }
  const commands = wanted ? store.add(target) : store.remove(target);
  const sudo = !isRoot && commands.some(({ root }) => root === true);
  const words = wanted ? `put "${target.name}" into` : `take "${target.name}" out of`;
  say(`${dryRun ? "would" : "will"} ${words} ${store.name}${sudo ? ", which needs root" : ""}`);
  for (const command of commands) {
    say(`  ${asText(command, isRoot)}`);
    const failure = dryRun ? undefined : await runOne(command, change);
    if (failure !== undefined) return { failure };
  }
  if (dryRun) return "as it was";
  if ((await store.holds(target, run)) !== wanted) return { failure: "the commands succeeded, but changed nothing" };
  say(`${wanted ? "now trusted by" : "no longer trusted by"} ${store.name}`);
  return "changed";
}

async function runOne(command: Command, { run, isRoot }: Change): Promise<string | undefined> {
  const { status, errors, output } = await run(command);
  if (status === 0) return undefined;
  if (status !== undefined) return (errors.trim() || output.trim() || `exit status ${status}`).split("\n").at(-1);
  const [program] = command.argv;
  if (command.root === true && !isRoot) {
    throw new H2PushError("unavailable", "sudo is not installed", `as root, run: ${asText(command, true)}`);
  }
  const hint = program === "certutil" ? CERTUTIL_HINT : "install it, then run this again";
  throw new H2PushError("unavailable", `${program} is not installed`, hint);
}
