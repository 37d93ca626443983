import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import packageFile from "../../../package.json" with { type: "json" };
import { H2PushError, hasSystemCode, systemCode } from "../../errors.js";
import type { LeftOut } from "../../export/exported-page.js";
import {
  exportPages,
  exportSite,
  type Exported,
  manifestContent,
  type SiteNeeds,
  toldNeeds,
} from "../../export/export-site.js";
import { openSiteFiles, type SiteFiles } from "../../export/site-files.js";
import { siteNeeds } from "../../export/site-needs.js";
import { type TargetName, targets } from "../../export/targets.js";
import { checkGivenRoot, noPages } from "../options/served-root.js";
import { count, printNote, printToStderr, size, warning } from "../output/output.js";
import { interruptible } from "../output/interrupt.js";
import { progressBar } from "../output/progress-bar.js";
import { checkManifestPlace } from "../output/manifest-place.js";
import { checkUserFile, makeUserDirectory, writeUserFile } from "../output/user-file.js";
import { type ExportFlags, named, targetOf, versionOf } from "./export-settings.js";

/**
 * Carries out `h2push export [root]`.
 *
 * @throws {H2PushError} "usage" for flags that don't go together, "root", "manifest", "output" when a file can't be written
 */
export async function runExport(root: string, flags: ExportFlags): Promise<void> {
  const target = targetOf(flags);
  const version = versionOf(flags.targetVersion);
  await checkGivenRoot(root, { kind: "argument" });
  const place = await outputPlaceOf(target, flags);
  if (target === "json" && place !== undefined) await checkManifestPlace(pathOf(place, targets.json.files[0]));
  const needs = await gather(root, flags);
  if (needs.size === 0) throw noPages(root);
  const files = await openSiteFiles({ root, ...flags });
  const options = {
    target: flags.for === undefined ? target : named(flags.for),
    announce: flags.announce ?? "unseen",
    earlyHints: flags.earlyHints ?? false,
    freshness: (path: string) => files.freshness(path),
  } as const;
  if (target === "json" && flags.for !== undefined) {
    const { pages, left } = exportPages(needs, options);
    const file = { name: "manifest.json", content: manifestContent(toldNeeds(pages)) };
    return finish({ files: [file], pages, left, omitted: [] }, place, flags);
  }
  if (target === "html") return inject(root, files, { ...exportPages(needs, options), needs }, place, flags);
  const existing = (name: string) => readExisting(place, name);
  const made = `Made by h2push ${packageFile.version}: h2push export --to ${target}`;
  const exported = await exportSite(needs, {
    ...options,
    version,
    made,
    existing,
    mixed: await files.mixedDirectories(),
  });
  await finish(exported, place, flags, target);
}

/** Where files go: into a directory, one to a file, or to standard output. */
type OutputPlace = { readonly directory: string } | { readonly file: string } | undefined;

/** @throws {H2PushError} "usage" for several files in one, "output" when it can't be written */
async function outputPlaceOf(target: TargetName, { out, inject }: ExportFlags): Promise<OutputPlace> {
  if (target === "html") {
    const directory = inject ?? out;
    if (directory !== undefined) return { directory };
    throw new H2PushError("usage", "--to html without a directory", "pass the directory of the copy: --inject DIR");
  }
  if (out === undefined) return undefined;
  const isDirectory = /[\\/]$/.test(out) || (await stat(out).catch(() => undefined))?.isDirectory() === true;
  if (isDirectory || targets[target].files.length > 1) return { directory: out };
  await checkUserFile(out, "--out FILE");
  return { file: out };
}

async function gather(root: string, flags: ExportFlags): Promise<SiteNeeds> {
  const bar = progressBar();
  const { base, single, viewport, jobs, manifest, learnFile } = flags;
  try {
    return await siteNeeds(root, {
      base,
      single,
      viewport,
      jobs,
      manifest,
      learnFile,
      onProgress: bar.show,
      onNotice: bar.note,
    });
  } finally {
    bar.end();
  }
}

const pathOf = (place: NonNullable<OutputPlace>, name: string) =>
  "file" in place ? place.file : join(place.directory, name);

/** What a file has that is written into; nothing where there is none. */
async function readExisting(place: OutputPlace, name: string): Promise<Buffer> {
  if (place === undefined) return Buffer.alloc(0);
  const path = pathOf(place, name);
  try {
    // A pipe would have to be waited for.
    return (await stat(path)).isFile() ? await readFile(path) : Buffer.alloc(0);
  } catch (error) {
    if (hasSystemCode(error, "ENOENT", "ENOTDIR")) return Buffer.alloc(0);
    const hint = "pass a place that this user may read and write: --out DIR";
    throw new H2PushError("output", `cannot read ${path} (${String(systemCode(error))})`, hint, {
      cause: error,
    });
  }
}

async function finish(
  { files, pages, left, omitted }: Exported,
  place: OutputPlace,
  { strict, announce }: ExportFlags,
  target?: TargetName,
): Promise<void> {
  if (place !== undefined && "directory" in place) await makeUserDirectory(place.directory, "--out DIR");
  for (const { name, content } of files) {
    if (place === undefined) process.stdout.write(files.length === 1 ? content : `# ${name}\n${content.toString()}\n`);
    else {
      await writeUserFile(pathOf(place, name), content, "--out DIR");
      printToStderr(`${pathOf(place, name)}  ${size(content.length)}`);
    }
  }
  tellLeft(left);
  if (target !== undefined && "untried" in targets[target]) {
    printNote(`${target} is untried: hold the live site against the list with h2push verify`);
  }
  if (omitted.length > 0) {
    const names = omitted.map(({ pathname }) => pathname);
    printToStderr(
      `${warning("left out:")} ${count(names.length, "page")} without a rule (the target's limit, or a name that it can't write): ${firstOf(names)}`,
    );
  }
  const announced = pages.filter(({ links, pushes }) => links.length + pushes.length > 0).length;
  printToStderr(`${count(pages.length, "page")}, ${announced} with something to announce`);
  if (announced === 0 && left.length === 0 && pages.length > 0 && announce !== "all") {
    printNote("a browser sees all of it in the HTML by itself: --announce all names it too");
  }
  if (strict === true && left.length + omitted.length > 0) process.exitCode = 1;
}

/** As many names as a line holds. */
const firstOf = (names: readonly string[]) =>
  names.length > 10 ? `${names.slice(0, 10).join(" ")} and ${names.length - 10} more` : names.join(" ");

/** So many targets that are left out are named. */
const MAX_LINES = 20;

/** What is left out, each target once, with its reason and the pages. */
function tellLeft(left: readonly LeftOut[]): void {
  const pages = new Map<string, string[]>();
  for (const { page, entry, reason } of left) {
    const line = `${entry.target} (${reason})`;
    pages.set(line, [...(pages.get(line) ?? []), page]);
  }
  for (const [line, [first = "", ...others]] of [...pages].slice(0, MAX_LINES)) {
    const more = others.length === 0 ? "" : ` and ${count(others.length, "other page")}`;
    printToStderr(`${warning("left out:")} ${line} on ${first}${more}`);
  }
  if (pages.size > MAX_LINES) printToStderr(`${warning("left out:")} ${pages.size - MAX_LINES} more, for such reasons`);
}

async function inject(
  root: string,
  site: SiteFiles,
  { pages, left, needs }: Pick<Exported, "pages" | "left"> & { readonly needs: SiteNeeds },
  place: OutputPlace,
  flags: ExportFlags,
): Promise<void> {
  if (place === undefined || !("directory" in place)) return;
  const { injectInto } = await import("../../export/inject.js");
  const { value: copy } = await interruptible((signal) =>
    injectInto(root, place.directory, site.base, pages, needs, signal),
  );
  if (copy === undefined) {
    printNote(`${place.directory} has a part of the copy: run it again to complete it`);
    return;
  }
  const { files: copied, skipped, packages, compressed, others } = copy;
  for (const { page, reason } of skipped) printToStderr(`${warning("left as it is:")} ${page} (${reason})`);
  if (compressed.length > 0) {
    const what = `${count(compressed.length, "compressed page")}: compress those of the copy`;
    printToStderr(`${warning("left out:")} ${what} (${firstOf(compressed)})`);
  }
  // Dotfiles are notes of those who install packages.
  const unused = packages.filter((name) => !name.startsWith("."));
  if (unused.length > 0) {
    const what = `${count(unused.length, "package")} in node_modules that no page names`;
    printToStderr(`${warning("not copied:")} ${what}: ${firstOf(unused)}`);
  }
  if (others.length > 0) {
    printNote(`${place.directory} has ${count(others.length, "file")} that the site has not: ${firstOf(others)}`);
  }
  printToStderr(`${place.directory}  ${count(copied, "file")}`);
  await finish({ files: [], pages, left, omitted: [] }, undefined, flags);
}
