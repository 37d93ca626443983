import type { Option, OptionValue } from "../../server/options/option.js";
import { checkAuthority, checkFile, checkNames, checkSwitch } from "../../server/options/option-checks.js";
import { checkLog, logFormats } from "../log/log-format.js";

/** What the command line knows beside the server's own options. */
export const cliOptions = {
  config: {
    flags: "-c, --config <file>",
    description: "options from here (h2push.config.json)",
    group: "Output",
    common: true,
    default: undefined,
    check: checkFile,
  },
  cert: {
    flags: "-C, --cert <file>",
    description: "own certificate, PEM",
    group: "Certificate",
    common: true,
    default: undefined,
    check: checkFile,
  },
  key: {
    flags: "-K, --key <file>",
    description: "its private key, PEM",
    group: "Certificate",
    common: true,
    default: undefined,
    check: checkFile,
  },
  name: {
    flags: "--name <name>",
    description: "further name for our own certificate, repeatable",
    group: "Certificate",
    default: [],
    check: checkNames,
  },
  ca: {
    flags: "--ca <authority>",
    description: "who signs our own certificate: h2push, mkcert",
    group: "Certificate",
    default: undefined,
    check: checkAuthority,
  },
  demo: {
    flags: "--demo",
    description: "add the demo; without a root, serve its page",
    group: "Output",
    common: true,
    default: false,
    check: checkSwitch,
  },
  open: {
    flags: "-o, --open",
    description: "open the page in the browser",
    group: "Output",
    common: true,
    default: false,
    check: checkSwitch,
  },
  qr: {
    flags: "--qr",
    description: "print the network's URL as a QR code too",
    group: "Output",
    default: false,
    check: checkSwitch,
  },
  log: {
    flags: "--log <format>",
    description: logFormats.join(", "),
    group: "Output",
    common: true,
    default: "pretty",
    check: checkLog,
  },
  quiet: {
    flags: "-q, --quiet",
    description: "print the URL and errors alone",
    group: "Output",
    common: true,
    default: false,
    check: checkSwitch,
  },
  verbose: {
    flags: "--verbose",
    description: "log each target and how it was delivered",
    group: "Output",
    common: true,
    default: false,
    check: checkSwitch,
  },
} as const satisfies Record<string, Option<OptionValue>>;
