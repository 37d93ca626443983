import { posix, win32 } from "node:path";

/** What tells where programs keep their files on this machine. */
export interface Machine {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** In the data directory: our authority, key and certificate in one file, so that they belong together at any moment. */
export const AUTHORITY_FILE = "authority.pem";
/** The authority's certificate alone, to give to browsers and other machines. */
export const AUTHORITY_CERTIFICATE = "authority.crt";
/** The server's key, its certificate and the authority's in one file. */
export const SERVER_FILE = "server.pem";
/** The same, signed by mkcert's authority. */
export const SERVER_FILE_OF_MKCERT = "server-mkcert.pem";
/** In mkcert's directory: its authority's certificate, and the key. */
export const MKCERT_CERTIFICATE = "rootCA.pem";
export const MKCERT_KEY = "rootCA-key.pem";

/** Where mkcert keeps its authority; it is `mkcert -CAROOT`, without running it. */
export function mkcertDirectory({ home, env, platform }: Machine): string {
  if (env["CAROOT"]) return env["CAROOT"];
  if (platform === "win32") return win32.join(env["LocalAppData"] ?? env["LOCALAPPDATA"] ?? home, "mkcert");
  if (env["XDG_DATA_HOME"]) return posix.join(env["XDG_DATA_HOME"], "mkcert");
  if (platform === "darwin") return posix.join(home, "Library", "Application Support", "mkcert");
  return posix.join(home, ".local", "share", "mkcert");
}
