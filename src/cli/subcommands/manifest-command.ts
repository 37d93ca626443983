import { type Command, Option } from "commander";
import { wholeNumber } from "../../server/options/option-checks.js";
import { serverOptions } from "../../server/options/options-table.js";
import type { ManifestOptions } from "../commands/manifest.js";
import { collect, jobsOption, option } from "../options/commander-options.js";
import type { Actions } from "../actions.js";

/** `h2push manifest`. */
export function addManifestCommand(program: Command, actions: Actions): void {
  program
    .command("manifest")
    .argument("[root]", "directory to scan", ".")
    .description("print what each page needs")
    .addOption(
      new Option("--format <format>", "table is the default on a terminal, else json").choices(["json", "table"]),
    )
    .addOption(option(serverOptions.single))
    .addOption(option(serverOptions.base))
    .addOption(option(serverOptions.viewport))
    .option("--page <path>", "only this page, repeatable", collect)
    .addOption(jobsOption())
    .option("--out <file>", "write to a file")
    .option("--run", "load the pages in an installed browser too, and add what they ask for")
    .option("--browser <path>", "with --run: the program of Chrome, Chromium or Edge")
    .option("--pages <number>", "with --run: pages to load at most", wholeNumber("a number of pages", 1, 1_000_000))
    .option("--all", "with --run: load all pages, not some of each template")
    .option("--page-timeout <seconds>", "with --run: limit for one load (default: 15)", checkPageTimeout)
    .option("--explain <path>", "explain one page: why each target is in or out")
    .option("--learn-file <file>", "with --explain: what a server with --learn-file has learned")
    .action((root: string, options: ManifestOptions) => actions.manifest(root, options));
}

const checkPageTimeout = wholeNumber("a number of seconds", 1, 3600);
