import envPaths from "env-paths";

/** Where this user's programs keep their data: XDG on Linux, the platform's own place elsewhere. */
export function dataDirectory(): string {
  return envPaths("h2push", { suffix: "" }).data;
}
