import { isObject, type JsonObject } from "../io/json-object.js";

const isText = (value: unknown) => typeof value === "string";

/** Whether every value is such a one, and no key a path, as pages are named. */
const each = (json: JsonObject, test: (value: unknown) => boolean) => {
  const entries = Object.entries(json);
  return entries.length > 0 && entries.every(([key, value]) => !key.startsWith("/") && test(value));
};

const isWebAppManifest = (json: JsonObject) =>
  Array.isArray(json["icons"]) || ["start_url", "short_name", "display"].some((key) => isText(json[key]));

/** What else is called a manifest, or comes as JSON, and by what it is known: the first that fits. */
const KINDS: readonly [what: string, fits: (json: JsonObject) => boolean][] = [
  ["the manifest of a browser extension", (json) => typeof json["manifest_version"] === "number"],
  ["a web app manifest", isWebAppManifest],
  ["a package.json", ({ name, version }) => isText(name) && isText(version)],
  ["a build manifest of Next.js", (json) => Array.isArray(json["lowPriorityFiles"] ?? json["rootMainFiles"])],
  ["an import map", ({ imports }) => isObject(imports) && each(imports, isText)],
  ["an asset manifest of Create React App", ({ files, entrypoints }) => isObject(files) && Array.isArray(entrypoints)],
  ["a manifest of Vite", (json) => each(json, (value) => isObject(value) && isText(value["file"]))],
  ["an SSR manifest of Vite", (json) => each(json, (value) => Array.isArray(value))],
  ["an asset manifest of a bundler", (json) => each(json, isText)],
];

/** What a JSON value looks like that is no manifest of what pages need; undefined when it may be one. */
export function otherManifest(json: unknown): string | undefined {
  if (Array.isArray(json)) {
    const listed = json.length > 0 && json.every((entry) => isObject(entry) && isText(entry["url"]));
    return listed ? "a precache manifest of Workbox" : undefined;
  }
  return isObject(json) ? KINDS.find(([, fits]) => fits(json))?.[0] : undefined;
}
