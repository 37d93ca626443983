import { addLine, element, html } from "./dom.js";
import { duration } from "./format.js";
import { text } from "./language.js";
import { openSocket } from "./socket.js";

/** The close code that the server is asked to use; the browser uses the others itself. */
const BY_SERVER = 4002;

/** Lets the buttons open a WebSocket, and shows what comes back, pings and close codes. */
export function startEcho() {
  let connection;
  /** When the messages went out whose echoes have not come yet. */
  let sent = [];
  element("echo-open").addEventListener("click", () => {
    sent = [];
    say("socket.opening");
    element("echo-open").disabled = true;
    connection = openSocket({}, (message) => received(message, sent), closed);
  });
  element("echo-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const said = element("echo-text").value;
    sent.push(performance.now());
    log("socket.sent", { text: said });
    connection.tell({ type: "say", text: said });
  });
  element("echo-ping").addEventListener("click", () => connection.tell({ type: "ping" }));
  element("echo-close").addEventListener("click", () => {
    const code = Number(element("echo-code").value);
    if (code === BY_SERVER) connection.tell({ type: "close", code, reason: text("socket.bye") });
    else connection.socket.close(code, text("socket.bye"));
  });
}

function received({ type, httpVersion, connection, ms, text: said }, sent) {
  if (type === "welcome") {
    buttons(true);
    say(`socket.version.${httpVersion}`, { connection });
  }
  if (type === "said") log("socket.said", { ms: duration(performance.now() - sent.shift()), text: said });
  if (type === "pong") log("socket.pong", { ms: duration(ms) });
}

function closed({ code, reason, wasClean }, wasOpen) {
  buttons(false);
  if (!wasOpen) return say("socket.failed");
  say("socket.closed", {
    code,
    reason: reason === "" ? "" : text("socket.reason", { reason }),
    clean: text(wasClean ? "socket.clean" : "socket.unclean"),
  });
}

function buttons(open) {
  element("echo-open").disabled = open;
  for (const name of ["ping", "close", "send"]) element(`echo-${name}`).disabled = !open;
}

const log = (key, values) => addLine(element("echo-log"), html("p", {}, text(key, values)));

function say(key, values) {
  element("echo-status").textContent = text(key, values);
}
