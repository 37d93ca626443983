import { type Command, Option } from "commander";
import { NETWORKS } from "../../report/measure/networks.js";
import { wholeNumber } from "../../server/options/option-checks.js";
import { serverOptions } from "../../server/options/options-table.js";
import type { ReportFlags } from "../commands/report.js";
import { checked, collect, option } from "../options/commander-options.js";
import type { Actions } from "../actions.js";

/** `h2push report`. */
export function addReportCommand(program: Command, actions: Actions): void {
  const networks = Object.entries(NETWORKS).map(([name, { rtt, kbps }]) => `${name} (${rtt} ms, ${kbps} kbit/s)`);
  const report = program
    .command("report")
    .argument("[root]", "directory to serve", ".")
    .description("measure in a browser what each delivery mode gains")
    .option("--page <path>", "only this page, repeatable (default: ten, one of each template)", collect)
    .option(
      "--runs <number>",
      "loads with each delivery mode, and as many more where a difference is open (default: 5)",
      wholeNumber("a number of runs", 1, 50),
    )
    .addOption(
      new Option("--network <name>", `network to simulate: ${networks.join(", ")} (default: 4g)`).choices(
        Object.keys(NETWORKS),
      ),
    )
    .option("--rtt <ms>", "round-trip time instead", checked(serverOptions.rtt.check))
    .option("--kbps <number>", "bandwidth instead; 0: no limit", checked(serverOptions.kbps.check))
    .option("--loss <percent>", "packets that are lost", checked(serverOptions.loss.check))
    .option("--think <ms>", "how long the server thinks before it answers with a page", thinkTime)
    .addOption(option(serverOptions.viewport))
    .option("--browser <path>", "program of Chrome, Chromium or Edge")
    .addOption(option(serverOptions.single))
    .addOption(option(serverOptions.base))
    .addOption(new Option("--format <format>", "what to print (default: text)").choices(["text", "json"]))
    .option("--out <file>", "write a report with waterfalls to a file (HTML)")
    .option("--har <directory>", "write each mode's median load to a file (HAR 1.2)")
    .option("--compare <file>", "say what has changed since a report in JSON")
    .action((root: string, flags: ReportFlags) => actions.report(root, flags));
  addBudgets(report);
}

/** What makes the exit code 1. */
function addBudgets(report: Command): void {
  report
    .option("--budget <file>", "fail if a page is over the budgets in this file (JSON)")
    .option(
      "--max-lcp <ms>",
      "fail if the largest paint is later than this",
      wholeNumber("a time in milliseconds", 0, 600_000),
    )
    .option(
      "--max-load <ms>",
      "fail if the load event is later than this",
      wholeNumber("a time in milliseconds", 0, 600_000),
    )
    .option(
      "--max-requests <number>",
      "fail if there are more requests",
      wholeNumber("a number of requests", 0, 1_000_000),
    )
    .option(
      "--max-bytes <number>",
      "fail if the content, as sent, is larger",
      wholeNumber("a number of bytes", 0, 2 ** 40),
    )
    .option(
      "--min-gain <percent>",
      "fail if the load event gains less than this",
      wholeNumber("a number of percent", 0, 100),
    );
}

const thinkTime = wholeNumber("a time in milliseconds", 0, 30_000);
