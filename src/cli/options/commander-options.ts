import { Option } from "commander";
import { checkJobs } from "../../server/options/option-checks.js";
import type { Option as OptionSpec, OptionValue } from "../../server/options/option.js";

/** An option of our table, as commander has it. */
export function option({ flags, description, default: value, check }: OptionSpec<OptionValue>): Option {
  const isShown = typeof value === "string" || typeof value === "number";
  const made = new Option(flags, isShown ? `${description} (default: ${value})` : description);
  if (Array.isArray(value)) return made.argParser(collect);
  return typeof value === "boolean" ? made : made.argParser(checked(check));
}

/** `--jobs`, of the commands that scan. */
export const jobsOption = () =>
  new Option("--jobs <number>", "threads to use (default: one to four, by the number of pages)").argParser(checkJobs);

export const isSwitch = ({ default: value }: OptionSpec<OptionValue>) => typeof value === "boolean";

/** `--no-live` for `--live`, `--watch` for `--no-watch`: against what a configuration file says. */
export function opposite({ flags }: OptionSpec<OptionValue>): Option {
  const long = flags.replace(/^.*--/, "");
  return new Option(long.startsWith("no-") ? `--${long.slice(3)}` : `--no-${long}`).hideHelp();
}

/** The text as it was given, when it can be: the server reads it in the end, and a value must not be read twice. */
export function checked(check: (value: unknown) => unknown) {
  return (text: string) => {
    check(text);
    return text;
  };
}

/** Gathers the values of an option that may be given several times. */
export const collect = (name: string, names: readonly string[] = []) => [...names, name];
