import { access, constants, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { unwritable } from "../../errors.js";
import { makeDirectory } from "../../io/disk/make-directory.js";
import { writeInPlace } from "../../io/disk/atomic-write.js";

/**
 * Writes a file that the user named.
 *
 * @param option by which, with the name of its value: "--out FILE"
 * @throws {H2PushError} "output" when it can't be written
 */
export async function writeUserFile(file: string, content: string | Uint8Array, option: string): Promise<void> {
  await writing(file, "a file", option, writeInPlace(file, content));
}

/**
 * Finds out whether `writeUserFile` can write a file, before there is anything to write: what takes minutes should
 * not fail at its end.
 *
 * @throws {H2PushError} "output" as it would
 */
export async function checkUserFile(file: string, option: string): Promise<void> {
  await writing(file, "a file", option, checkWritable(file));
}

async function checkWritable(file: string): Promise<void> {
  const real = await realpath(file).catch(() => file);
  const old = await stat(real).catch(() => undefined);
  if (old?.isDirectory() === true) throw Object.assign(new Error("is a directory"), { code: "EISDIR" });
  // A file is replaced in its directory, a device is written to.
  await access(old === undefined || old.isFile() ? dirname(real) : real, constants.W_OK);
}

/** @throws {H2PushError} "output" when it can't be made */
export async function makeUserDirectory(directory: string, option: string): Promise<void> {
  const made = makeDirectory(directory).then(() => access(directory, constants.W_OK));
  await writing(directory, "one", option, made);
}

async function writing(path: string, kind: string, option: string, done: Promise<unknown>): Promise<void> {
  try {
    await done;
  } catch (error) {
    const hint = `pass ${kind} in a directory that this user may write to: ${option}`;
    throw unwritable(path, error, hint);
  }
}
