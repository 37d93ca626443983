import { forgetConnection, keepConnections, takeConnection } from "./connections.js";
import { element, say } from "./dom.js";
import { openFeed } from "./feed.js";
import { showConnection, startFrames, updateFrames } from "./frames.js";
import { takeLoad } from "./loads.js";
import { markLanguage, text } from "./texts.js";

markLanguage();
startFrames();

/** Which server tells all this; undefined until the first has. */
let server;

const handlers = {
  load: takeLoad,
  connection(connection) {
    takeConnection(connection, showConnection);
    updateFrames(connection);
  },
  gone: forgetConnection,
  ready(told) {
    // Numbers begin anew with each server: what is shown here is of one that is no more.
    if (server !== undefined && server !== told.server) location.reload();
    server = told.server;
    keepConnections(told.connections);
  },
};

openFeed(handlers, (isLive) => {
  const status = element("status");
  status.classList.toggle("live", isLive);
  say(status, text(isLive ? "status.live" : "status.lost"));
});
