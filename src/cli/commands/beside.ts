import { rmSync } from "node:fs";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { constants, tmpdir } from "node:os";
import { join } from "node:path";
import { isatty } from "node:tty";
import type { ChildProcess } from "node:child_process";
import { H2PushError, systemCode, unwritable } from "../../errors.js";
import { type Certificate, chainOf } from "../../tls/issue/certificate.js";
import { findAuthorities, signerAmong } from "../certificates/authority-file.js";
import { certEnvironment } from "../certificates/cert-environment.js";
import { isInForeground } from "../terminal/foreground.js";

const PASSED_ON = ["SIGINT", "SIGTERM"] as const;

/** A shell has this for a program that signal number n ended: 128 + n. */
const statusOf = (signal: NodeJS.Signals) => 128 + constants.signals[signal];

/**
 * Runs a command that finds the server by `H2PUSH_URL`, and trusts its
 * certificate by `NODE_EXTRA_CA_CERTS` where it is a program of Node. SIGINT
 * and SIGTERM are passed on to it, but for a SIGINT that the terminal has sent
 * to it as well. It is ended when this process ends first.
 *
 * @returns its exit status; 128 + n where signal number n ended it, or came here
 * @throws {H2PushError} "command" when it can't be run
 */
export async function runBeside(command: readonly string[], url: string, certificate: Certificate): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "h2push-")).catch(noTemporary);
  const authorities = join(directory, "authorities.pem");
  let child: ChildProcess | undefined;
  const end = () => {
    child?.kill();
    rmSync(directory, { recursive: true, force: true });
  };
  process.once("exit", end);
  try {
    await writeFile(authorities, await trustedBy(certificate)).catch(noTemporary);
    const { default: spawn } = await import("cross-spawn");
    const [file = "", ...args] = command;
    // The passphrase is for the key of this server alone.
    const { H2PUSH_PASSPHRASE: _, ...inherited } = process.env;
    const env = { ...inherited, H2PUSH_URL: url, NODE_EXTRA_CA_CERTS: authorities };
    child = spawn(file, args, { stdio: "inherit", env });
    return await statusWhenEnded(child, file);
  } finally {
    process.off("exit", end);
    end();
  }
}

function noTemporary(error: unknown): never {
  const hint = "the environment says where that is: TMPDIR (on Windows TEMP)";
  throw unwritable(tmpdir(), error, hint);
}

function statusWhenEnded(child: ChildProcess, file: string): Promise<number> {
  let received: NodeJS.Signals | undefined;
  const passOn = async (signal: NodeJS.Signals) => {
    received = signal;
    // Many programs take a second one as "at once".
    if (signal === "SIGINT" && (await isFromTerminal())) return;
    child.kill(signal);
  };
  for (const name of PASSED_ON) process.on(name, (signal) => void passOn(signal));
  return new Promise<number>((resolve, reject) => {
    child.once("error", (error) => reject(unrunnable(file, error)));
    child.once("exit", (code, signal) => {
      const ended = received ?? signal;
      resolve(ended === null ? (code ?? 1) : statusOf(ended));
    });
  });
}

/**
 * Whether a SIGINT is that of Ctrl+C, which all get that run in the terminal's
 * foreground. Node doesn't tell who sent it: one that is sent to this process
 * alone while it has the terminal is taken for it, too.
 */
const isFromTerminal = async () => isatty(0) && (await isInForeground());

function unrunnable(file: string, error: Error): Error {
  const code = systemCode(error);
  if (code === undefined) return error;
  const found = code === "ENOENT" ? `no such command: ${file}` : `cannot run ${file} (${code})`;
  const hint = "behind -- stands a program and its arguments, as in: h2push ./dist -- npx playwright test";
  return new H2PushError("command", found, hint, { cause: error });
}

/** Certificates in PEM that lead to the server's, after those that the environment has already. */
async function trustedBy({ cert }: Certificate): Promise<string> {
  const { NODE_EXTRA_CA_CERTS: given = "" } = process.env;
  const own = given === "" ? "" : await readFile(given, "utf8").catch(() => "");
  const last = chainOf(cert).at(-1);
  const signer = last && signerAmong((await findAuthorities(certEnvironment())).keys(), last);
  const texts = [own, last, signer].map((part) => part?.toString().trimEnd() ?? "");
  return [...new Set(texts)].join("\n");
}
