import type { Http2Session, Settings as Http2Settings } from "node:http2";
import { errorName } from "../../inspect/frames/protocol.js";
import type { ConnectionSource } from "../../inspect/connections/connection-log.js";
import type { FrameLog } from "../../inspect/frames/frame-log.js";
import type { InspectedConnection, Settings } from "../../inspect/loads/types.js";
import type { Connection } from "../listen/connection.js";

type Goaway = InspectedConnection["goaway"];

/** What can be told of a connection without its frames. Listens to its session for that. */
export function connectionSource(connection: Connection, frames: FrameLog | undefined): ConnectionSource {
  const { transport, id } = connection;
  const common = () => ({
    protocol: transport.protocol,
    client: connection.remoteAddress ?? "",
    open: connection.open,
    begun: connection.begun,
  });
  if (transport.protocol !== "h2") return { id, frames, state: common };
  const { session } = transport;
  let goaway: Goaway;
  session.on("goaway", (code: number, lastStream: number) => {
    goaway = { from: "client", code: errorName(code), lastStream };
  });
  let last: ReturnType<typeof sessionState> = {};
  const look = () => (last = { ...last, ...sessionState(session) });
  session.on("remoteSettings", look);
  session.on("localSettings", look);
  const state = () => {
    goaway ??= ownGoaway(session);
    return { ...common(), ...look(), ...(goaway === undefined ? {} : { goaway }) };
  };
  return { id, frames, state };
}

/** The settings and windows of a session; nothing when it is gone. */
function sessionState(session: Http2Session): Pick<InspectedConnection, "settings" | "windows"> {
  if (session.destroyed) return {};
  const { remoteSettings, localSettings, state } = session;
  return {
    settings: { client: settingsOf(remoteSettings), server: settingsOf(localSettings) },
    windows: {
      server: state.remoteWindowSize ?? 0,
      client: state.localWindowSize ?? 0,
    },
  };
}

/** A session that is closing has said so, if it was not its client who did. Node does not tell with which code. */
const ownGoaway = (session: Http2Session): Goaway =>
  session.closed && !session.destroyed ? { from: "server" } : undefined;

/** By their names in RFC 9113 §6.5.2. */
function settingsOf(settings: Http2Settings): Settings {
  const told: Record<string, number> = {};
  for (const [name, value] of Object.entries(settings)) {
    // Node has maxHeaderListSize by two names.
    const isTold = (typeof value === "number" || typeof value === "boolean") && name !== "maxHeaderSize";
    if (isTold) told[name.replaceAll(/[A-Z]/g, "_$&").toUpperCase()] = Number(value);
  }
  return told;
}
