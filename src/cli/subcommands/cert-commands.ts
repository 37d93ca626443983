import { type Command, Option } from "commander";
import { H2PushError } from "../../errors.js";
import type { CertOptions } from "../commands/cert.js";
import type { TrustOptions } from "../commands/cert-trust.js";
import { cliOptions } from "../options/cli-options.js";
import { collect, option } from "../options/commander-options.js";
import type { Actions } from "../actions.js";

/** `h2push cert` and what comes behind it. */
export function addCertCommands(program: Command, actions: Actions): void {
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

function days(value: string): number {
  if (/^\d{1,5}$/.test(value)) return Number(value);
  throw new H2PushError("usage", `not a number of days: ${value}`, "for example --days 90");
}
