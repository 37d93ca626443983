import { join } from "node:path";
import { expect, test } from "vitest";
import { asText, runner } from "../../src/tls/trust/command.js";
import { writeSite } from "../support/site.js";

const run = runner({ PATH: process.env["PATH"], WORD: "told" }, true);
const node = (script: string) => run({ argv: [process.execPath, "-e", script] });

test("a command has its environment, and tells what it printed and how it ended", async () => {
  expect(await node("console.log(process.env.WORD); console.error('no'); process.exitCode = 3")).toEqual({
    status: 3,
    output: "told\n",
    errors: "no\n",
  });
});

test.skipIf(process.platform === "win32")("one that a signal ended has failed", async () => {
  expect(await node("process.kill(process.pid, 'SIGKILL')")).toMatchObject({ status: 1 });
});

test("a program that is not there has no status", async () => {
  expect(await run({ argv: ["h2push-has-no-such-program"] })).toEqual({ status: undefined, output: "", errors: "" });
});

test.skipIf(process.platform === "win32")("a file that is no program is an error", async () => {
  const file = join(await writeSite({ "file.txt": "" }), "file.txt");
  await expect(run({ argv: [file] })).rejects.toThrow("EACCES");
});

test("what needs root is run through sudo by anyone else", () => {
  const command = { argv: ["update", "it's"], root: true } as const;
  expect(asText(command, true)).toBe(String.raw`update 'it'\''s'`);
  expect(asText(command, false)).toBe(String.raw`sudo update 'it'\''s'`);
});
