import { access, constants, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { H2PushError, systemCode } from "../../errors.js";
import { makeDirectory } from "../../io/disk/make-directory.js";
import { writeWhole } from "../../io/disk/atomic-write.js";

/**
 * Writes a file that the user named.
 *
 * @param option by which, with the name of its value: "--out FILE"
 * @throws {H2PushError} "output" when it can't be written
 */
export async function writeUserFile(file: string, content: string | Uint8Array, option: string): Promise<void> {
  await writing(file, "a file", option, replace(file, content));
}

/** Through a link to the file that it leads to, which keeps its mode. */
async function replace(file: string, content: string | Uint8Array): Promise<void> {
  const real = await realpath(file).catch(() => file);
  const old = await stat(real).catch(() => undefined);
  await writeWhole(real, content, old === undefined ? undefined : old.mode & 0o777);
}

/**
 * Finds out whether `writeUserFile` can write a file, before there is anything to write: what takes minutes should
 * not fail at its end.
 *
 * @throws {H2PushError} "output" as it would
 */
export async function checkUserFile(file: string, option: string): Promise<void> {
  const isDirectory = (await stat(file).catch(() => undefined))?.isDirectory() === true;
  const possible = isDirectory
    ? Promise.reject(Object.assign(new Error("is a directory"), { code: "EISDIR" }))
    : access(dirname(file), constants.W_OK);
  await writing(file, "a file", option, possible);
}

/** @throws {H2PushError} "output" when it can't be made */
export async function makeUserDirectory(directory: string, option: string): Promise<void> {
  await writing(directory, "one", option, makeDirectory(directory));
}

async function writing(path: string, kind: string, option: string, done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch (error) {
    const hint = `pass ${kind} in a directory that this user may write to: ${option}`;
    throw new H2PushError("output", `cannot write ${path} (${systemCode(error) ?? String(error)})`, hint, {
      cause: error,
    });
  }
}
