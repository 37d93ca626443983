import { optionsOf, type Option, type OptionValue } from "../../server/options/option.js";
import {
  checkAuthority,
  checkFile,
  checkNames,
  checkOpen,
  checkPassphrase,
  checkSwitch,
} from "../../server/options/option-checks.js";
import { serverOptions } from "../../server/options/options-table.js";
import { checkLog, logFormats } from "../log/log-format.js";

const output = optionsOf("Output");
const certificate = optionsOf("Certificate");

const NO_NAMES: readonly string[] = [];

/** What the command line knows beside the server's own options. */
export const cliOptions = {
  config: output("-c, --config <file>", "read options from this file (h2push.config.json)", checkFile, undefined),
  cert: certificate("-C, --cert <file>", "use this certificate, PEM", checkFile, undefined),
  key: certificate("-K, --key <file>", "its private key, PEM", checkFile, undefined),
  pfx: certificate("--pfx <file>", "certificate and key in one file, PKCS #12", checkFile, undefined),
  passphrase: certificate(
    "--passphrase <text>",
    "of --pfx or --key; @FILE reads it from a file",
    checkPassphrase,
    undefined,
    {
      example: "@passphrase.txt",
      secret: true,
    },
  ),
  name: certificate("--name <name>", "extra name for the generated certificate, repeatable", checkNames, NO_NAMES),
  ca: certificate("--ca <authority>", "who signs the generated certificate: h2push, mkcert", checkAuthority, undefined),
  demo: output("--demo", "add the demo; without a root, serve its page", checkSwitch, false),
  open: output("-o, --open [path]", "open the page, or this path, in the browser", checkOpen, undefined, {
    example: "/docs/",
  }),
  copy: output("--copy", "copy the URL to the clipboard, by the terminal", checkSwitch, false),
  qr: output("--qr", "print the URL for other devices as a QR code", checkSwitch, false),
  log: output("--log <format>", logFormats.join(", "), checkLog, "pretty"),
  quiet: output("-q, --quiet", "print only the URL and errors", checkSwitch, false),
  verbose: output("--verbose", "log each target and how it was delivered", checkSwitch, false),
} satisfies Record<string, Option<OptionValue>>;

/** Every option of the command line, by its name in the configuration file and in the library. */
export const allOptions = { ...serverOptions, ...cliOptions };
