import { Command, type Option } from "commander";
import packageFile from "../../package.json" with { type: "json" };
import { H2PushError } from "../errors.js";
import type { Option as OptionSpec, OptionValue } from "../server/options/option.js";
import type { Actions } from "./actions.js";
import { allOptions } from "./options/cli-options.js";
import { isSwitch, opposite, option } from "./options/commander-options.js";
import { addHelp } from "./options/help-text.js";
import type { ServeFlags } from "./options/resolve-options.js";
import { addCertCommands } from "./subcommands/cert-commands.js";
import { addCheckCommand } from "./subcommands/check-command.js";
import { addExportCommands } from "./subcommands/export-commands.js";
import { addManifestCommand } from "./subcommands/manifest-command.js";
import { addReportCommand } from "./subcommands/report-command.js";

const examples = `
Examples:
  h2push ./site                  serve a directory at https://localhost:8443/
  h2push --demo                  learn HTTP/2 in five live lessons
  h2push ./dist -- npm test      run a command beside it, with H2PUSH_URL set`;

/** Flags and help; no work is done here. Throws commander's own error instead of ending the process. */
export function createProgram(actions: Actions): Command {
  const program = new Command("h2push")
    .usage("[root] [options] [-- command]")
    .description("Serves a directory over HTTPS and HTTP/2, and sends each page together with what it needs.")
    .argument("[root]", "directory to serve (default: .)")
    .version(packageFile.version, "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", examples);
  for (const spec of Object.values<OptionSpec<OptionValue>>(allOptions)) program.addOption(option(spec));
  addHelp(program);
  for (const spec of Object.values<OptionSpec<OptionValue>>(allOptions).filter(isSwitch))
    program.addOption(opposite(spec));
  program.action((root: string | undefined) => actions.serve(root, givenFlags(program)));
  addManifestCommand(program, actions);
  addCheckCommand(program, actions);
  addReportCommand(program, actions);
  addExportCommands(program, actions);
  addCertCommands(program, actions);
  refuseMissingValues(program);
  refuseFlagsAhead(program);
  return program;
}

/** In `--out --force`, commander takes the second flag for the value of the first; in `--out "$DIR"`, the variable may be empty. */
function refuseMissingValues(command: Command): void {
  const known = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  for (const option of command.options.filter(({ required }) => required)) {
    const { parseArg = (text: string) => text } = option;
    option.argParser((text, previous) => {
      if (!known.has(text) && text !== "") return parseArg(text, previous);
      const reason = text === "" ? "this one is empty" : `${text} is a flag`;
      const hint = `${option.flags.replace(/^.*, /, "")} takes a value, and ${reason}`;
      throw new H2PushError("usage", `no value for ${option.long ?? ""}: ${text === "" ? '""' : text}`, hint);
    });
  }
  command.commands.forEach(refuseMissingValues);
}

/** A flag ahead of a command is not the command's: commander would take it, and nobody would use it. */
function refuseFlagsAhead(command: Command): void {
  if (command.commands.length === 0) return;
  command.hook("preSubcommand", (_, called) => {
    const ahead = command.options.find((option) => isGiven(option, command));
    if (ahead === undefined) return;
    const flag = ahead.long ?? ahead.flags;
    const hint = `flags stand behind the command: h2push ${pathTo(called)} --help lists those that it has`;
    throw new H2PushError("usage", `${flag} ahead of ${called.name()}`, hint);
  });
  command.commands.forEach(refuseFlagsAhead);
}

/** Of a switch and its opposite, which share their value, the one that was typed. */
function isGiven(option: Option, command: Command): boolean {
  const name = option.attributeName();
  if (command.getOptionValueSource(name) !== "cli") return false;
  return !option.isBoolean() || option.negate === (command.getOptionValue(name) === false);
}

/** `cert trust` */
const pathTo = (command: Command): string =>
  command.parent?.parent ? `${pathTo(command.parent)} ${command.name()}` : command.name();

/** What the user typed, without commander's defaults: a configuration file overrides those. */
function givenFlags(program: Command): ServeFlags {
  const flags = Object.entries(program.opts<ServeFlags>());
  return Object.fromEntries(flags.filter(([name]) => program.getOptionValueSource(name) === "cli"));
}
