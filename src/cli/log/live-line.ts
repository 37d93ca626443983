import type { ServerOptions } from "../../server/options/server-options.js";
import { count } from "../output/output.js";
import { printable } from "../output/printable.js";

type LiveChange = Parameters<NonNullable<ServerOptions["onLiveChange"]>>[0];

/** Files that are named; the rest is counted. */
const MAX_NAMED_FILES = 3;

/** `changed css/site.css: 2 pages swapped it`, `changed index.html, js/app.js: 1 page reloaded`. */
export function liveLine({ kind, paths, pages }: LiveChange): string {
  const named = paths.slice(0, MAX_NAMED_FILES).map(fileOf);
  const rest = paths.length > MAX_NAMED_FILES ? ` and ${paths.length - MAX_NAMED_FILES} more` : "";
  const took = kind === "reload" ? "reloaded" : `swapped ${paths.length === 1 ? "it" : "them"}`;
  return `changed ${named.join(", ")}${rest}: ${count(pages, "page")} ${took}`;
}

/** The file that a URL path stands for, from the root. */
function fileOf(path: string): string {
  const file = path.replace(/^\//, "");
  return printable(file === "" || file.endsWith("/") ? `${file}index.html` : file);
}
