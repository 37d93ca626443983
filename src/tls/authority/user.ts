import { hostname, userInfo } from "node:os";

/** Who runs this program. */
export interface User {
  /** User and host, as a certificate names its owner: `ada@laptop`. */
  readonly name: string;
  /** Undefined where files have no numeric owner (Windows). */
  readonly uid: number | undefined;
}

/** The user that this process runs as; a container may have no name for it. */
export function currentUser(): User {
  try {
    const { username, uid } = userInfo();
    return { name: `${username}@${hostname()}`, uid: uid < 0 ? undefined : uid };
  } catch {
    return { name: hostname(), uid: undefined };
  }
}
