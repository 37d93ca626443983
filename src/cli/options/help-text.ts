import { Option, type Command } from "commander";
import { allOptions } from "./cli-options.js";

/** What most people look for: `--help` lists these options, and fits a screen. */
const COMMON = new Set(
  (
    "port host delivery announce single list cache cors live manifest proxy rtt kbps " +
    "config cert key demo inspect open log quiet verbose"
  ).split(" "),
);

const SWITCHES = `
To turn off what the configuration file turns on, put no- before it: --no-live`;

/** Help in two tiers: `--help` fits a screen; `--help-all` lists every option under the heading of its group. */
export function addHelp(program: Command): void {
  const groups = new Map(Object.entries(allOptions).map(([name, { group }]) => [name, group]));
  const grouped = program.options.filter((option) => groups.has(option.attributeName()));
  for (const option of grouped) option.hideHelp(!COMMON.has(option.attributeName()));
  program.addOption(new Option("--help-all", "print every option"));
  program.on("option:help-all", () => {
    for (const option of grouped) option.hideHelp(false).helpGroup(`${groups.get(option.attributeName())}:`);
    program.addHelpText("after", SWITCHES);
    program.help();
  });
}
