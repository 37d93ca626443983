import { Command, Option } from "commander";
import packageFile from "../../package.json" with { type: "json" };
import { H2PushError } from "../errors.js";
import type { Option as OptionSpec, OptionValue } from "../server/options/option.js";
import { checkJobs, wholeNumber } from "../server/options/option-checks.js";
import { serverOptions } from "../server/options/options-table.js";
import type { CheckFlags } from "./commands/check.js";
import { announcements } from "../delivery/announcement.js";
import { targets } from "../export/targets.js";
import type { ExportFlags } from "./commands/export.js";
import type { CertOptions } from "./commands/cert.js";
import type { TrustOptions } from "./commands/cert-trust.js";
import type { ServeFlags } from "./options/resolve-options.js";
import { addHelp } from "./options/help-text.js";
import { NETWORKS } from "../report/measure/networks.js";
import type { ManifestOptions } from "./commands/manifest.js";
import type { VerifyFlags } from "./commands/verify.js";
import type { ReportFlags } from "./commands/report.js";
import { allOptions, cliOptions } from "./options/cli-options.js";

/** What the commands do, given what was asked for. */
export interface Actions {
  serve(root: string | undefined, flags: ServeFlags): Promise<void>;
  manifest(root: string, options: ManifestOptions): Promise<void>;
  check(root: string, flags: CheckFlags): Promise<void>;
  report(root: string, flags: ReportFlags): Promise<void>;
  export(root: string, flags: ExportFlags): Promise<void>;
  verify(url: string, flags: VerifyFlags): Promise<void>;
  cert(options: CertOptions): Promise<void>;
  show(file: string | undefined): Promise<void>;
  trust(options: TrustOptions): Promise<void>;
  untrust(options: TrustOptions): Promise<void>;
}

const examples = `
Examples:
  h2push ./site                  serve a directory at https://localhost:8443/
  h2push --demo                  watch push, Fetch and SSE in the browser
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
    .option("--jobs <number>", "threads to use (default: one to four, by the number of pages)", checkJobs)
    .option("--out <file>", "write to a file")
    .option("--run", "load the pages in an installed browser too, and add what they ask for")
    .option("--browser <path>", "with --run: the program of Chrome, Chromium or Edge")
    .option("--pages <number>", "with --run: pages to load at most", wholeNumber("a number of pages", 1, 1_000_000))
    .option("--all", "with --run: load all pages, not some of each template")
    .option("--page-timeout <seconds>", "with --run: limit for one load (default: 15)", checkPageTimeout)
    .option("--explain <path>", "explain one page: why each target is in or out")
    .option("--learn-file <file>", "with --explain: what a server with --learn-file has learned")
    .action((root: string, options: ManifestOptions) => actions.manifest(root, options));
  addCheckCommand(program, actions);
  addReportCommand(program, actions);
  addExportCommands(program, actions);
  addCertCommands(program, actions);
  refuseFlagsAsValues(program);
  return program;
}

function addReportCommand(program: Command, actions: Actions): void {
  const networks = Object.entries(NETWORKS).map(([name, { rtt, kbps }]) => `${name} (${rtt} ms, ${kbps} kbit/s)`);
  program
    .command("report")
    .argument("[root]", "directory to serve", ".")
    .description("measure in a browser what each delivery mode gains")
    .option("--page <path>", "only this page, repeatable (default: ten, one of each template)", collect)
    .option("--runs <number>", "loads with each delivery mode (default: 5)", wholeNumber("a number of runs", 1, 50))
    .addOption(
      new Option("--network <name>", `network to simulate: ${networks.join(", ")} (default: 4g)`).choices(
        Object.keys(NETWORKS),
      ),
    )
    .option("--rtt <ms>", "round-trip time instead", checked(serverOptions.rtt.check))
    .option("--kbps <number>", "bandwidth instead; 0: no limit", checked(serverOptions.kbps.check))
    .option("--think <ms>", "how long the server thinks before it answers with a page", thinkTime)
    .addOption(option(serverOptions.viewport))
    .option("--browser <path>", "program of Chrome, Chromium or Edge")
    .addOption(option(serverOptions.single))
    .addOption(option(serverOptions.base))
    .addOption(new Option("--format <format>", "what to print (default: text)").choices(["text", "json"]))
    .option("--out <file>", "write a report with waterfalls to a file (HTML)")
    .option("--har <directory>", "write each mode's median load to a file (HAR 1.2)")
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
    )
    .option("--compare <file>", "say what has changed since a report in JSON")
    .action((root: string, flags: ReportFlags) => actions.report(root, flags));
}

/** A list for another server, and whether that does what it says. */
function addExportCommands(program: Command, actions: Actions): void {
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
    .option("--jobs <number>", "threads to use (default: one to four, by the number of pages)", checkJobs)
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

/** In `--out --force`, commander takes the second flag for the value of the first. */
function refuseFlagsAsValues(command: Command): void {
  const known = new Set(command.options.flatMap(({ short, long }) => [short, long]));
  for (const option of command.options.filter(({ required }) => required)) {
    const { parseArg = (text: string) => text } = option;
    option.argParser((text, previous) => {
      if (!known.has(text)) return parseArg(text, previous);
      const hint = `${option.flags.replace(/^.*, /, "")} takes a value, and ${text} is a flag`;
      throw new H2PushError("usage", `no value for ${option.long ?? ""}: ${text}`, hint);
    });
  }
  command.commands.forEach(refuseFlagsAsValues);
}

function addCheckCommand(program: Command, actions: Actions): void {
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
    .option("--jobs <number>", "threads to use (default: one to four, by the number of pages)", checkJobs)
    .action((root: string, flags: CheckFlags) => actions.check(root, flags));
}

function addCertCommands(program: Command, actions: Actions): void {
  const cert = program
    .command("cert")
    .description("make a certificate, or let this machine trust ours")
    .enablePositionalOptions()
    .option("--out <directory>", "where to write cert.pem and key.pem", "certs")
    .option("--name <name>", "extra name or address, repeatable", collect)
    .option("--days <number>", "days until it expires (default: 90)", days)
    .addOption(new Option("--key-type <type>", "type of key: P-256 or RSA 2048 (default: ec)").choices(["ec", "rsa"]))
    .option("--force", "replace a pair that is still valid")
    .option("--self-signed", "sign it with its own key, not with an authority")
    .addOption(option(cliOptions.ca))
    .action((options: CertOptions) => actions.cert(options));
  cert
    .command("show")
    .argument("[file]", "certificate to show (default: our own)")
    .description("show a certificate, and whether this machine trusts it")
    .action((file: string | undefined) => actions.show(file));
  for (const [name, description] of [
    ["trust", "let the browsers of this machine trust our authority"],
    ["untrust", "let them no longer trust our authority"],
  ] as const) {
    cert
      .command(name)
      .description(description)
      .addOption(new Option("--store <store>", "store to change (default: where browsers look)").choices(stores))
      .option("--dry-run", "only print the commands")
      .addOption(option(cliOptions.ca))
      .action((options: TrustOptions) => actions[name](options));
  }
}

const stores = ["nss", "system", "all"];

function option({ flags, description, default: value, check }: OptionSpec<OptionValue>): Option {
  const isShown = typeof value === "string" || typeof value === "number";
  const made = new Option(flags, isShown ? `${description} (default: ${value})` : description);
  if (Array.isArray(value)) return made.argParser(collect);
  return typeof value === "boolean" ? made : made.argParser(checked(check));
}

const isSwitch = ({ default: value }: OptionSpec<OptionValue>) => typeof value === "boolean";

/** `--no-live` for `--live`, `--watch` for `--no-watch`: against what a configuration file says. */
function opposite({ flags }: OptionSpec<OptionValue>): Option {
  const long = flags.replace(/^.*--/, "");
  return new Option(long.startsWith("no-") ? `--${long.slice(3)}` : `--no-${long}`).hideHelp();
}

/** The text as it was given, when it can be: the server reads it in the end, and a value must not be read twice. */
function checked(check: (value: unknown) => unknown) {
  return (text: string) => {
    check(text);
    return text;
  };
}

/** What the user typed, without commander's defaults: a configuration file overrides those. */
function givenFlags(program: Command): ServeFlags {
  const flags = Object.entries(program.opts<ServeFlags>());
  return Object.fromEntries(flags.filter(([name]) => program.getOptionValueSource(name) === "cli"));
}

const thinkTime = wholeNumber("a time in milliseconds", 0, 30_000);

const checkPageTimeout = wholeNumber("a number of seconds", 1, 3600);

const collect = (name: string, names: readonly string[] = []) => [...names, name];

function days(value: string): number {
  if (/^\d{1,5}$/.test(value)) return Number(value);
  throw new H2PushError("usage", `not a number of days: ${value}`, "for example --days 90");
}
