import { Command, Option } from "commander";
import packageFile from "../../package.json" with { type: "json" };
import { H2PushError } from "../errors.js";
import type { Option as OptionSpec, OptionValue } from "../server/options/option.js";
import { checkJobs } from "../server/options/option-checks.js";
import { serverOptions } from "../server/options/options-table.js";
import type { CertOptions } from "./commands/cert.js";
import type { TrustOptions } from "./commands/cert-trust.js";
import type { ServeFlags } from "./options/resolve-options.js";
import { addHelp } from "./options/help-text.js";
import { manifestFormats } from "./commands/manifest-format.js";
import type { ManifestOptions } from "./commands/manifest.js";
import { allOptions, cliOptions } from "./options/cli-options.js";

/** What the commands do, given what was asked for. */
export interface Actions {
  serve(root: string | undefined, flags: ServeFlags): Promise<void>;
  manifest(root: string, options: ManifestOptions): Promise<void>;
  cert(options: CertOptions): Promise<void>;
  show(file: string | undefined): Promise<void>;
  trust(options: TrustOptions): Promise<void>;
  untrust(options: TrustOptions): Promise<void>;
}

const examples = `
Examples:
  h2push ./site                  serve a directory: https://localhost:8443/
  h2push --demo                  push, Fetch and SSE, live in the browser
  h2push ./site --delivery link  see what a browser without push gets
  h2push cert trust              no more warnings: browsers here trust us`;

/** Flags and help; no work is done here. Throws commander's own error instead of ending the process. */
export function createProgram(actions: Actions): Command {
  const program = new Command("h2push")
    .usage("[root] [options]")
    .description("Serves a directory (default: .) over HTTPS and HTTP/2, each page together with what it needs.")
    .argument("[root]")
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
    .helpOption("-h, --help", "print this help")
    .addOption(
      new Option("--format <format>", "table is the default on a terminal, json elsewhere").choices(manifestFormats),
    )
    .addOption(option(serverOptions.base))
    .addOption(option(serverOptions.viewport))
    .option("--page <path>", "this page alone, repeatable", collect)
    .option("--jobs <number>", "threads (default: by pages and processors, 4 at most)", checkJobs)
    .option("--out <file>", "write to a file")
    .option("--explain <path>", "for one page: why each target is in, and what was left out and why")
    .action((root: string, options: ManifestOptions) => actions.manifest(root, options));
  addCertCommands(program, actions);
  return program;
}

function addCertCommands(program: Command, actions: Actions): void {
  const cert = program
    .command("cert")
    .description("write a certificate and its key; show, trust, untrust")
    .helpOption("-h, --help", "print this help")
    .enablePositionalOptions()
    .option("--out <directory>", "where cert.pem and key.pem go", "certs")
    .option("--name <name>", "a further name or address, repeatable", collect)
    .option("--days <number>", "days until it expires (default: 90)", days)
    .addOption(new Option("--key-type <type>", "kind of key: P-256 or RSA 2048 (default: ec)").choices(["ec", "rsa"]))
    .option("--force", "replace a pair that is still valid")
    .option("--self-signed", "one pair, without an authority")
    .addOption(option(cliOptions.ca))
    .action((options: CertOptions) => actions.cert(options));
  cert
    .command("show")
    .argument("[file]", "a certificate (default: our own)")
    .description("print names, dates, key, fingerprint, who signed, whether this machine trusts it")
    .helpOption("-h, --help", "print this help")
    .action((file: string | undefined) => actions.show(file));
  for (const [name, description] of [
    ["trust", "let the browsers of this machine trust our authority"],
    ["untrust", "take our authority out of the stores again"],
  ] as const) {
    cert
      .command(name)
      .description(description)
      .helpOption("-h, --help", "print this help")
      .addOption(new Option("--store <store>", "which store (default: where browsers look)").choices(stores))
      .option("--dry-run", "print the commands and do nothing")
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

/** What the user has said, without commander's own defaults: a configuration file counts above those. */
function givenFlags(program: Command): ServeFlags {
  const flags = Object.entries(program.opts<ServeFlags>());
  return Object.fromEntries(flags.filter(([name]) => program.getOptionValueSource(name) === "cli"));
}

const collect = (name: string, names: readonly string[] = []) => [...names, name];

function days(value: string): number {
  if (/^\d{1,5}$/.test(value)) return Number(value);
  throw new H2PushError("usage", `not a number of days: ${value}`, "for example --days 90");
}
