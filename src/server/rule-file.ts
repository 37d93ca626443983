import { readFile, stat } from "node:fs/promises";
import { H2PushError } from "../errors.js";
import type { ReadRules } from "../rules/site-rules.js";
import { isAbsent } from "../static/file.js";

export interface RuleFileOptions<T> {
  readonly file: string;
  /** How it is called in messages. */
  readonly name: string;
  readonly read: (content: string) => Promise<ReadRules<T>>;
  readonly report: (error: Error) => void;
  readonly notice: (text: string) => void;
}

/** Bytes. Ten thousand rules take less. */
const LARGEST = 2_000_000;

/** Errors of one version that are told one by one. */
const TOLD = 20;

/** Two versions within one step of the system's clock look the same (milliseconds). */
const SETTLED = 20;

/** A rule file: read when it is another version than before, its errors told once for each content. */
export class RuleFile<T> {
  readonly #options: RuleFileOptions<T>;
  #version: string | undefined;
  #content: string | undefined;
  #rules: T | undefined;

  constructor(options: RuleFileOptions<T>) {
    this.#options = options;
  }

  /** Its rules as they are now; undefined when it is not there. A failure is told, and leaves the rules there were. */
  async look(): Promise<T | undefined> {
    const { file, name, report } = this.#options;
    try {
      const found = await versionOf(file);
      if (found?.version === this.#version) return this.#rules;
      // First: a failure is told once.
      this.#version = found?.version;
      if (found === undefined) this.#forget();
      else if (found.size <= LARGEST) await this.#take(await readFile(file, "utf8"));
      else report(new H2PushError("rules", `${name} is larger than ${LARGEST} bytes`, "it is not read"));
    } catch (error) {
      report(error instanceof Error ? error : new Error(String(error)));
    }
    return this.#rules;
  }

  #forget(): void {
    this.#content = undefined;
    this.#rules = undefined;
  }

  async #take(content: string): Promise<void> {
    if (content === this.#content) return;
    this.#content = content;
    const { rules, errors, notices } = await this.#options.read(content);
    this.#rules = rules;
    const { name, report, notice } = this.#options;
    for (const { line, message } of notices.slice(0, TOLD)) notice(`${name}:${line}: ${message}`);
    for (const { line, message, hint } of errors.slice(0, TOLD)) {
      report(new H2PushError("rules", `${name}:${line}: ${message}`, hint));
    }
    if (errors.length > TOLD) {
      report(new H2PushError("rules", `${name}: ${errors.length - TOLD} more lines are wrong`));
    }
  }
}

interface Version {
  readonly version: string;
  /** Bytes. */
  readonly size: number;
}

async function versionOf(file: string): Promise<Version | undefined> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) return undefined;
    const { dev, ino, size, mtimeMs, ctimeMs } = stats;
    const age = Date.now() - ctimeMs;
    const settled = age < 0 || age > SETTLED;
    return { version: [dev, ino, size, mtimeMs, ctimeMs, settled].join(" "), size };
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
