import { realpathSync, statSync, watch } from "node:fs";
import { dirname, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { H2PushError, reasonOf } from "../../errors.js";
import type { Certificate } from "../issue/certificate.js";
import { RENEW_BEFORE_MS } from "../issue/validity.js";

/** Between two checks that no event caused: for renewal, and for changes that the watch missed. */
const CHECK_MS = 3_600_000;
/** Programs write a certificate and then its key: how long after an event both are read. */
const SETTLE_MS = 100;
/** A pair that does not match may be half-written: how often, and how far apart, it is read again before that is an error. */
const ATTEMPTS = 20;
const RETRY_MS = 250;

export interface FollowOptions {
  /** The certificate that the server has now. */
  readonly first: Certificate;
  /** Loads what it should have: reads the user's files, or loads and renews our own pair. */
  readonly load: () => Promise<Certificate>;
  /** Gets each new certificate, to put it into the server. */
  readonly swap: (certificate: Certificate) => void;
  /** Gets the reason when the certificate could not be loaded and the old one stays. */
  readonly report: (error: unknown) => void;
}

/** Keeps a running server's certificate up to date. */
export interface LiveCertificate {
  /** What the server has now. */
  readonly current: Certificate;
  /** Looks now, as on SIGHUP; resolves when the new certificate, if there is one, is in the server. */
  reload(): Promise<void>;
  close(): void;
}

/**
 * Looks every hour, and when one of the user's own files changes, without
 * keeping the process alive. Our own pair is not watched: it changes through
 * `load` alone, and two servers that need different names would renew it in turn
 * without end.
 */
export function keepCurrent(options: FollowOptions): LiveCertificate {
  let current = options.first;
  const stop = new AbortController();
  let looking: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  async function look(): Promise<void> {
    for (let attempt = 1; !stop.signal.aborted; attempt += 1) {
      try {
        const loaded = await options.load();
        if (isNoBetter(loaded, current)) return;
        if (loaded.fingerprint !== current.fingerprint && !stop.signal.aborted) options.swap(loaded);
        current = loaded;
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) return options.report(error);
      }
      await pause(RETRY_MS, undefined, { ref: false });
    }
  }

  /** One check at a time; a call during one gets the next, which sees what the caller has seen. */
  function reload(): Promise<void> {
    if (looking !== undefined) return (next ??= looking.then(reload));
    next = undefined;
    looking = look().finally(() => (looking = undefined));
    return looking;
  }

  const timer = setInterval(() => void reload(), CHECK_MS).unref();
  watchFiles(options, () => void reload(), stop.signal);
  return {
    get current() {
      return current;
    },
    reload,
    close() {
      stop.abort();
      clearInterval(timer);
    },
  };
}

/** What cannot be kept is made anew at each look: the one that runs is as good until it has to be renewed. */
function isNoBetter(loaded: Certificate, current: Certificate): boolean {
  const bothInMemory = loaded.origin.kind === "memory" && current.origin.kind === "memory";
  return bothInMemory && current.validTo.getTime() - Date.now() > RENEW_BEFORE_MS;
}

/**
 * Calls `changed` after something happened where the user's files are. The
 * directories are watched, for a file that is replaced loses its watch, and
 * those behind symbolic links too.
 */
function watchFiles({ first, report }: FollowOptions, changed: () => void, signal: AbortSignal): void {
  if (first.origin.kind !== "files") return;
  const files = [first.origin.certFile, first.origin.keyFile];
  let seen: string | undefined;
  const look = () => {
    const versions = files.map(versionOf).join("\n");
    if (versions !== seen) changed();
    seen = versions;
  };
  for (const directory of new Set(files.flatMap(directoriesOf))) {
    const failed = (error: unknown): void => {
      const message = `cannot watch ${directory} (${reasonOf(error)})`;
      report(new H2PushError("certificate", message, "h2push looks every hour, and on SIGHUP"));
    };
    try {
      watch(directory, { persistent: false, signal }, settled(look)).on("error", failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** What tells one version of a file from another: something else in its directory, like a log, may change all the time. */
function versionOf(file: string): string {
  try {
    const { ino, mtimeNs, size } = statSync(file, { bigint: true });
    return `${ino} ${mtimeNs} ${size}`;
  } catch {
    return "missing";
  }
}

/** Where `file` is, and where it leads to when it is a symbolic link. */
function directoriesOf(file: string): string[] {
  try {
    return [dirname(resolve(file)), dirname(realpathSync(file))];
  } catch {
    // It was just read: even if it is being replaced at this moment, its directory is there.
    return [dirname(resolve(file))];
  }
}

/** Calls `changed` once for all that happens within `SETTLE_MS`, at its end. */
function settled(changed: () => void): () => void {
  let pending = false;
  return () => {
    if (pending) return;
    pending = true;
    setTimeout(() => {
      pending = false;
      changed();
    }, SETTLE_MS).unref();
  };
}
