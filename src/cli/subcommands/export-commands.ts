import { type Command, Option } from "commander";
import { announcements } from "../../delivery/announcement.js";
import { targets } from "../../export/targets.js";
import { serverOptions } from "../../server/options/options-table.js";
import type { ExportFlags } from "../commands/export-settings.js";
import type { VerifyFlags } from "../commands/verify.js";
import { jobsOption, option } from "../options/commander-options.js";
import type { Actions } from "../actions.js";

/** A list for another server, and whether that does what it says. */
export function addExportCommands(program: Command, actions: Actions): void {
  const list = Object.entries(targets).map(([name, { description }]) => `  ${name.padEnd(20)} ${description}`);
  program
    .command("export")
    .argument("[root]", "directory of the site", ".")
    .description("write what pages need for another server")
    .option("--to <target>", "where the site is carried on, see below")
    .option("--out <path>", "directory or file to write to (default: print it)")
    .option("--inject <directory>", "write a copy of the site with link elements in its pages")
    .option("--manifest <file>", "take the list from a manifest, and scan nothing")
    .option("--learn-file <file>", "add what a server with --learn-file has learned")
    .addOption(new Option("--announce <what>", "what to announce (default: unseen)").choices([...announcements]))
    .option("--early-hints", "send a 103 too: for apache, caddy and haproxy")
    .option("--target-version <version>", "version of nginx or Apache (default: a current one)")
    .option("--for <target>", "with --to json: what this target announces")
    .option("--strict", "exit with 1 if something had to be left out")
    .addOption(option(serverOptions.single))
    .addOption(option(serverOptions.base))
    .addOption(option(serverOptions.viewport))
    .addOption(jobsOption())
    .addHelpText("after", `\nTargets:\n${list.join("\n")}`)
    .action((root: string, flags: ExportFlags) => actions.export(root, flags));
  program
    .command("verify")
    .argument("<url>", "where the site is served: https://www.example.com/")
    .description("hold a live server against the list")
    .option("--manifest <file>", "the list that it was given: a manifest")
    .addOption(new Option("--announce <what>", "what it should announce (default: unseen)").choices([...announcements]))
    .option("--insecure", "don't ask who signed its certificate")
    .addOption(new Option("--format <format>", "default: text").choices(["text", "json"]))
    .action((url: string, flags: VerifyFlags) => actions.verify(url, flags));
}
