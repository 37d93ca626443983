import { chmod, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startCli } from "../../support/cli.js";
import { emptyDirectory } from "../../support/directory.js";
import { listen } from "../../support/event-source.js";
import { connect } from "../../support/h2.js";
import { writeSite } from "../../support/site.js";
import { inTerminal, startInTerminal } from "../../support/terminal.js";

const site = () => writeSite({ "index.html": `<link rel="stylesheet" href="/a.css">`, "a.css": "a {}" });

/** What `stty` says of a terminal that is as it should be: signals, lines, echo. */
const SANE = /status (\d+)[^]*^isig icanon .* echo /m;
const afterwards = "; echo status $?; stty -a";

/** A program that stands for the browser and writes what it is to open. */
async function fakeBrowser() {
  const folder = await emptyDirectory();
  const opened = join(folder, "opened");
  const script = `#!/bin/sh\necho "$1" > "${opened}.part" && mv "${opened}.part" "${opened}"\n`;
  for (const name of ["xdg-open", "browser"]) {
    await writeFile(join(folder, name), script);
    await chmod(join(folder, name), 0o755);
  }
  return {
    env: {
      PATH: `${folder}:${process.env["PATH"]}`,
      BROWSER: join(folder, "browser"),
      DISPLAY: ":0",
      XDG_DATA_DIRS: folder,
    },
    opened,
  };
}

/** What the browser was told to open, as soon as it is. */
async function whatWasOpened(file: string): Promise<string> {
  for (;;) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return text.trim();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

inTerminal("on a terminal keys list themselves, print the URL, copy it, scan again and stop", async () => {
  const { cli, type } = await startInTerminal(`$H2PUSH ${await site()} -p 0${afterwards}`);
  const url = (await cli.prints(/https:\/\/localhost:\d+\//))[0];
  await cli.prints(/press h for the keys/);
  type("h");
  await cli.prints(/^ {2}h {2}.*\s+^ {2}o {2}.*\s+^ {2}u {2}.*\s+^ {2}c {2}.*\s+^ {2}r {2}.*\s+^ {2}q {2}/m);
  type("u");
  await cli.prints(new RegExp(`q  [^]*^${url}\r$`, "m"));
  type("c");
  const copied = Buffer.from(url).toString("base64");
  await cli.prints(new RegExp(`\u001B\\]52;c;${copied}\u0007asked the terminal to copy ${url}`));
  await cli.prints(/1 page needs 1 asset/);
  type("r");
  await cli.prints(/1 page needs 1 asset[^]*the pages are scanned again[^]*1 page needs 1 asset/);
  type("q");
  expect((await cli.prints(SANE))[1]).toBe("0");
  expect(await cli.exit).toBe(0);
});

inTerminal("with --live, r has the open pages load anew", async () => {
  const { cli, type } = await startInTerminal(`$H2PUSH ${await site()} -p 0 --live`);
  const client = await connect(await cli.port());
  await client.request("/");
  const events = await listen(client, "/.h2push/live?page=%2F&load=&version=");
  expect((await events.next()).event).toBe("hello");
  await cli.prints(/press h/);
  type("r");
  expect((await events.next()).event).toBe("reload");
  await cli.prints(/1 page told to reload/);
  type("q");
  await cli.exit;
});

inTerminal.each([
  ["Ctrl+C", "\u0003", "0"],
  ["Ctrl+C while a response is under way, twice", "\u0003\u0003", "130"],
  ["Ctrl+\\", "\u001C", "131"],
])("%s ends the program, and the terminal is as before", async (_name, keys, status) => {
  // The shell would end with the signal, too.
  const { cli, type } = await startInTerminal(
    `trap : INT QUIT; (trap - INT QUIT; exec $H2PUSH ${await site()} --demo -p 0)${afterwards}`,
  );
  const client = await connect(await cli.port());
  await cli.prints(/press h/);
  const open = client.session.request({ ":path": "/demo/slow?ms=10000" });
  open.on("error", () => undefined);
  if (status === "130") await client.request("/");
  else open.close();
  type(keys);
  expect((await cli.prints(SANE))[1]).toBe(status);
});

inTerminal.each(["SIGTERM", "SIGQUIT"] as const)(
  "a %s from elsewhere leaves the terminal as it was",
  async (signal) => {
    const { cli } = await startInTerminal(
      `$H2PUSH ${await site()} -p 0 & echo "process $!"; fg${afterwards}`.replace(/^/, "set -m; "),
    );
    const pid = Number((await cli.prints(/process (\d+)/))[1]);
    await cli.prints(/press h/);
    process.kill(pid, signal);
    await cli.prints(SANE);
  },
);

inTerminal("Ctrl+Z stops it with the terminal as it was, and it listens to keys again when it goes on", async () => {
  const { cli, type } = await startInTerminal(`set -m; $H2PUSH ${await site()} -p 0${afterwards}; fg; echo over`);
  await cli.prints(/press h/);
  type("\u001A");
  expect((await cli.prints(SANE))[1]).toBe("148");
  // The shell names what it lets go on.
  await cli.prints(/echoke[^]*\$H2PUSH/);
  type("h");
  await cli.prints(/ {2}q {2}/);
  type("q");
  await cli.prints(/over/);
});

inTerminal("in the background of a shell it serves, and leaves the terminal alone", async () => {
  const { cli, type } = await startInTerminal(
    `set -m; $H2PUSH ${await site()} -p 0 & read -r line; echo "the shell read $line"; stty -a; jobs; read -r; kill %1; wait`,
  );
  const client = await connect(await cli.port());
  await cli.prints(/1 page needs 1 asset/);
  type("hq\r");
  await cli.prints(/the shell read hq/);
  await cli.prints(/^isig icanon [^]*Running/m);
  expect((await client.request("/")).status).toBe(200);
  type("\r");
  await cli.exit;
  expect(cli.stdout).not.toContain("press h");
});

inTerminal("--open opens the page that it names, and o does that again", async () => {
  const { env, opened } = await fakeBrowser();
  const { cli, type } = await startInTerminal(`$H2PUSH ${await site()} -p 0 --open '/a.css?x=1'`, { env });
  const url = `https://localhost:${await cli.port()}/a.css?x=1`;
  expect(await whatWasOpened(opened)).toBe(url);
  await rm(opened);
  await cli.prints(/press h/);
  type("o");
  expect(await whatWasOpened(opened)).toBe(url);
});

test("nothing is read and no key is named where standard input is no terminal", async () => {
  const cli = await startCli([await site(), "-p", "0", "--copy"]);
  await cli.prints(/note: https:\S+ was not copied: only a terminal does that/);
  await cli.prints(/1 page needs 1 asset/);
  expect(cli.stdout).not.toContain("press h");
  expect(cli.stdout).not.toContain("\u001B");
  cli.child.kill("SIGTERM");
  expect(await cli.exit).toBe(0);
});

inTerminal("what is piped to it stays for others, though it prints on a terminal", async () => {
  const { cli } = await startInTerminal(
    `printf 'hq' | { $H2PUSH ${await site()} -p 0 & read -r -N 2 rest; echo "left: $rest"; kill $!; wait; }`,
  );
  await cli.prints(/left: hq/);
});

test.each([
  [
    "//evil.example/",
    "error: not a path of the site: //evil.example/\nfor example --open /docs/; the root goes first: h2push ./site --open\n",
  ],
  [
    "https://evil.example/",
    "error: not a path of the site: https://evil.example/\nfor example --open /docs/; the root goes first: h2push ./site --open\n",
  ],
])("--open=%s names no page of this server", async (path, stderr) => {
  const cli = await startCli([".", "-p", "0", `--open=${path}`]);
  expect([await cli.exit, cli.stderr]).toEqual([2, stderr]);
});
