import { execFileSync } from "node:child_process";

/** The tests of the command line run the built program: build it once, before any of them. */
export default function setup(): void {
  execFileSync("npm", ["run", "--silent", "build"], {
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
}
