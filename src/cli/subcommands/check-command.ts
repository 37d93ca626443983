import { type Command, Option } from "commander";
import { wholeNumber } from "../../server/options/option-checks.js";
import { serverOptions } from "../../server/options/options-table.js";
import type { CheckFlags } from "../commands/check.js";
import { collect, jobsOption, option } from "../options/commander-options.js";
import type { Actions } from "../actions.js";

/** `h2push check`. */
export function addCheckCommand(program: Command, actions: Actions): void {
  const budget = (what: string) => wholeNumber(what, 0, Number.MAX_SAFE_INTEGER);
  program
    .command("check")
    .argument("[root]", "directory to check", ".")
    .description("find what is missing or preloaded wrongly")
    .addOption(new Option("--format <format>", "default: text").choices(["text", "json", "sarif", "github"]))
    .addOption(
      new Option("--fail-on <level>", "lowest level that makes the exit code 1 (default: warning)").choices([
        "error",
        "warning",
        "never",
      ]),
    )
    .addHelpText("after", "\nh2push help checks lists the rules, and how to fix each.")
    .option("--ignore <rule>", "leave out RULE, or RULE:PATH with * for any text, repeatable", collect)
    .option("--max-bytes <number>", "most for a page with all that it loads, uncompressed", budget("a number of bytes"))
    .option("--max-requests <number>", "most for a page", budget("a number of requests"))
    .option("--max-depth <number>", "longest chain of requests, the page's included", budget("a number of requests"))
    .option("--cache <file>", "keep what was found here: the next run looks at what has changed")
    .addOption(option(serverOptions.single))
    .addOption(option(serverOptions.base))
    .addOption(option(serverOptions.viewport))
    .addOption(jobsOption())
    .action((root: string, flags: CheckFlags) => actions.check(root, flags));
}
