// What is published: `npm run build` has tsc write the types of every module, then bundles them and the program to dist/.
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { defineConfig } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import packageFile from "./package.json" with { type: "json" };

// Small packages that every start loads are bundled, which saves 18 ms of 333, and are devDependencies.
const { dependencies, optionalDependencies, peerDependencies } = packageFile;
const external = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).map(
  (name) => new RegExp(`^${name}(?:/|$)`),
);

/** Where editors find the form of h2push.config.json, and readers of reports that of theirs. */
const schemas = {
  name: "schemas",
  async generateBundle() {
    for (const fileName of ["cli/config.schema.json", "report/report.schema.json"]) {
      this.emitFile({ type: "asset", fileName, source: await readFile(`src/${fileName}`) });
    }
  },
};

/** `import text from "./file.txt?raw"`, as vitest has it. */
const rawText = {
  name: "raw-text",
  resolveId: (id, importer) => (id.endsWith("?raw") ? resolve(dirname(importer), id) : null),
  async load(id) {
    if (!id.endsWith("?raw")) return null;
    const file = id.slice(0, -"?raw".length);
    this.addWatchFile(file);
    return { code: await readFile(file, "utf8"), moduleType: "text" };
  },
};

/** `import process from "node:process"` has Node read its every property, which takes 4 to 6 ms: env-paths does so. */
const globalProcess = {
  name: "global-process",
  resolveId: (id, _importer, { kind }) => (id === "node:process" && kind === "import-statement" ? "\0process" : null),
  load: (id) => (id === "\0process" ? "export default process;" : null),
};

/** The frameworks that a site can be mounted in: each has an entry of the package of its own. */
const frameworks = ["express", "fastify", "hono", "vite"];
const adapters = (directory, suffix) =>
  Object.fromEntries(frameworks.map((name) => [`adapters/${name}`, `${directory}/adapters/${name}${suffix}`]));

/** hpack.js has a stream beside its decoder, from a package that Node's own came from. */
const nodeStreams = {
  name: "node-streams",
  resolveId: (id) => (id === "readable-stream" ? { id: "node:stream", external: true } : null),
};

/** The licences of the packages that are bundled go with them. */
const licences = {
  name: "licences",
  async generateBundle() {
    const packages = [...this.getModuleIds()].flatMap(
      (id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id) ?? [],
    );
    const texts = [...new Set(packages)].sort().map(async (directory) => {
      const files = await readdir(directory);
      // Some have it in their README.
      const file = files.find((name) => /^licen[cs]e/i.test(name)) ?? files.find((name) => /^readme/i.test(name));
      return `${basename(directory)}\n\n${await readFile(join(directory, file), "utf8")}`;
    });
    this.emitFile({ type: "asset", fileName: "LICENSES.txt", source: (await Promise.all(texts)).join("\n---\n\n") });
  },
};

/**
 * What several commands share, in a file for each thing that they do. Left alone, every set of commands with a module
 * in common would have a file of its own. The scanner is in none of them: a server loads it after it has begun.
 */
const groups = [
  {
    name: "common",
    test: /src\/(?:errors|io|manifest|cli\/(?:options|output)|server\/options)|\/package\.json$/,
    minShareCount: 2,
  },
  { name: "choices", test: /src\/(?:export\/targets|report\/measure\/networks)/, minShareCount: 2 },
  { name: "certificates", test: /src\/(?:tls\/(?!store\/pfx-file)|cli\/certificates\/)/, minShareCount: 2 },
  { name: "learn", test: /src\/(?:learn\/|server\/scan\/learned-scanner)/ },
  { name: "web-socket", test: /src\/server\/routes\/accept-web-socket|node_modules\/ws\// },
  { name: "pfx", test: /node_modules\/node-forge\/|src\/tls\/store\/pfx-file/ },
  { name: "listeners", test: /src\/server\/listen\/(?:unix-socket|slow-network\/)/ },
  { name: "site", test: /src\/(?:files|delivery|rules|server\/(?!scan\/))/, minShareCount: 2 },
  { name: "lines", test: /src\/cli\/log\/(?:access|json|scan)-line/ },
  { name: "cert", test: /src\/cli\/commands\/cert/ },
  { name: "explain", test: /src\/scanner\/(?:modules|style)\/explain-/ },
  { name: "references", test: /src\/scanner\/(?:url\/csp|modules\/imports)/, minShareCount: 2 },
  { name: "mounted", test: /src\/site\// },
  { name: "har", test: /src\/inspect\/formats\/har/ },
  { name: "inspect", test: /src\/(?:inspect|server\/inspect)\/|node_modules\/(?:hpack\.js|obuf|wbuf|inherits)\// },
  { name: "live", test: /src\/server\/live-reload\/(?!sse|ignored-files)/ },
];

export default defineConfig([
  {
    input: {
      index: "src/index.ts",
      main: "src/cli/main.ts",
      ...adapters("src", ".ts"),
      // A thread begins with a file of its own.
      "page-worker": "src/scanner/thread/page-worker.ts",
      "scan-worker": "src/server/scan/scan-worker.ts",
    },
    platform: "node",
    external,
    plugins: [schemas, licences, globalProcess, nodeStreams, rawText],
    output: {
      dir: "dist",
      cleanDir: true,
      sourcemap: true,
      // The maps have the comments; a source of ASCII alone is read sooner.
      comments: false,
      charset: "ascii",
      chunkFileNames: "[name].js",
      codeSplitting: { groups },
    },
  },
  {
    input: {
      index: "node_modules/.cache/h2push-types/src/index.d.ts",
      ...adapters("node_modules/.cache/h2push-types/src", ".d.ts"),
    },
    external,
    plugins: [dts({ dtsInput: true, emitDtsOnly: true, tsconfig: false })],
    output: { dir: "dist", chunkFileNames: "types/[name].d.ts" },
  },
]);
