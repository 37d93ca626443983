import { forgetConnection, takeConnection } from "./connections.js";
import { element, say } from "./dom.js";
import { openFeed } from "./feed.js";
import { showConnection, startFrames, updateFrames } from "./frames.js";
import { takeLoad } from "./loads.js";
import { markLanguage, text } from "./texts.js";

markLanguage();
startFrames();

const handlers = {
  load: takeLoad,
  connection(connection) {
    takeConnection(connection, showConnection);
    updateFrames(connection);
  },
  gone: forgetConnection,
};

openFeed(handlers, (isLive) => {
  const status = element("status");
  status.classList.toggle("live", isLive);
  say(status, text(isLive ? "status.live" : "status.lost"));
});
