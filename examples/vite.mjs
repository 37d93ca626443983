// Vite 8 with the plugin: what `vite preview` does for a project whose vite.config.js has
//
//   import { h2push } from "h2push/vite";
//   export default { plugins: [h2push()] };
//
//   npm install vite && node examples/vite.mjs [port]
import { fileURLToPath } from "node:url";
import { h2push } from "h2push/vite";
import { preview } from "vite";

const server = await preview({
  configFile: false,
  root: fileURLToPath(new URL(".", import.meta.url)),
  build: { outDir: "site" },
  preview: { port: Number(process.argv[2] ?? 8443), host: "localhost" },
  plugins: [h2push()],
});
console.log(server.resolvedUrls.local[0]);
