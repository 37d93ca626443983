import { Option, type Command } from "commander";
import type { OptionGroup } from "../../server/options/option.js";

/** Where an option is listed: by `--help` already, and under which heading by `--help-all`. */
interface Place {
  readonly group: OptionGroup;
  readonly common?: boolean;
}

const SWITCHES = `
A switch of the configuration file is turned off by a flag: --no-live`;

/**
 * Help in two tiers: `--help` fits a screen, as it lists what most people look
 * for; `--help-all` lists every option under the heading of its group.
 *
 * @param places by the options' names
 */
export function addHelp(program: Command, places: Readonly<Record<string, Place>>): void {
  const placed = program.options.flatMap((option) => {
    const place = places[option.attributeName()];
    return place === undefined ? [] : [{ option, place }];
  });
  for (const { option, place } of placed) option.hideHelp(place.common !== true);
  program.addOption(new Option("--help-all", "print every option"));
  program.on("option:help-all", () => {
    for (const { option, place } of placed) option.hideHelp(false).helpGroup(`${place.group}:`);
    program.addHelpText("after", SWITCHES);
    program.help();
  });
}
