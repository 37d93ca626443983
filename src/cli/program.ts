import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { H2PushError } from "../errors.js";
import { serverOptions, type Option as OptionSpec } from "../server/options.js";
import type { CertOptions } from "./cert.js";
import type { ServeOptions } from "./serve.js";

/** What the commands do, given what was asked for. */
export interface Actions {
  serve(root: string | undefined, options: ServeOptions): Promise<void>;
  cert(options: CertOptions): Promise<void>;
}

const examples = `
Examples:
  h2push ./site                  serve a directory: https://localhost:8443/
  h2push --demo                  push, Fetch and SSE, live in the browser
  h2push ./site --delivery link  see what a browser without push gets
  h2push cert --out ./certs      write a certificate and its key

Node's own client, nghttp and Java's HttpClient take pushes; browsers get Link fields.`;

/** Flags and help; no work is done here. Throws commander's own error instead of ending the process. */
export function createProgram(actions: Actions): Command {
  const program = new Command("h2push")
    .description("Serves a directory over HTTPS and HTTP/2, each page together with what it needs.")
    .argument("[root]", "directory to serve (default: .)")
    .version(version(), "-v, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .addHelpText("after", examples);
  program
    .addOption(option(serverOptions.port))
    .addOption(option(serverOptions.host))
    .addOption(option(serverOptions.delivery))
    .option("-C, --cert <file>", "own certificate, PEM")
    .option("-K, --key <file>", "its private key, PEM")
    .option("--demo", "add the demo; without a root, serve its page")
    .option("-o, --open", "open the page in the browser")
    .option("-q, --quiet", "print the URL and errors alone")
    .option("--verbose", "log each target and how it was delivered")
    .addOption(option(serverOptions.pushCount))
    .addOption(option(serverOptions.pushBytes))
    .addOption(option(serverOptions.serverTiming))
    .addOption(option(serverOptions.rtt))
    .addOption(option(serverOptions.kbps))
    .action((root: string | undefined, options: ServeOptions) => actions.serve(root, options));
  program
    .command("cert")
    .description("write a certificate and its private key")
    .helpOption("-h, --help", "print this help")
    .option("--out <directory>", "where cert.pem and key.pem go", "certs")
    .option("--name <name>", "a further name or address, repeatable", collect)
    .option("--days <number>", "days until it expires", days, 90)
    .option("--force", "replace a pair that is still valid")
    .action((options: CertOptions) => actions.cert(options));
  return program;
}

function option<T extends string | number | boolean>({ flags, description, default: value, check }: OptionSpec<T>) {
  if (typeof value === "boolean") return new Option(flags, description);
  return new Option(flags, `${description} (default: ${value})`).argParser(check);
}

const collect = (name: string, names: readonly string[] = []) => [...names, name];

function days(value: string): number {
  if (/^\d{1,5}$/.test(value)) return Number(value);
  throw new H2PushError("usage", `not a number of days: ${value}`, "for example --days 90");
}

function version(): string {
  const file: unknown = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return typeof file === "object" && file !== null && "version" in file ? String(file.version) : "";
}
