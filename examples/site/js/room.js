import { addLine, element, html } from "./dom.js";
import { number } from "./format.js";
import { text } from "./language.js";
import { openSocket } from "./socket.js";

/** All tabs meet there. */
const ROOM = "demo";

/** Lets the reader enter the room, and shows what is said there. */
export function startRoom() {
  let room;
  let name;
  element("room-enter").addEventListener("click", () => {
    name = undefined;
    element("room-enter").disabled = true;
    room = openSocket({ room: ROOM }, (message) => (name = heard(message, name)), left);
  });
  element("room-form").addEventListener("submit", (event) => {
    event.preventDefault();
    room.tell({ type: "say", text: element("room-text").value });
  });
  element("room-leave").addEventListener("click", () => room.socket.close(1000));
}

/** Shows a message of the room; returns the name that this tab has there. */
function heard(message, name) {
  const { type, own = false, text: said, members } = message;
  if (type === "welcome") {
    buttons(true);
    return name;
  }
  const mine = type === "joined" && own ? message.name : name;
  if (members !== undefined) say("room.inside", { name: number(mine), members: number(members) });
  log(type === "said" && own ? "room.own" : `room.${type}`, { name: number(message.name), text: said }, own);
  return mine;
}

function left({ code, reason, wasClean }, wasOpen) {
  buttons(false);
  if (!wasOpen) return say("socket.failed");
  say("room.idle");
  if (code === 1000) return;
  const clean = text(wasClean ? "socket.clean" : "socket.unclean");
  log("socket.closed", { code, reason: reason && text("socket.reason", { reason }), clean });
}

function buttons(inside) {
  element("room-enter").disabled = inside;
  element("room-leave").disabled = !inside;
  element("room-send").disabled = !inside;
}

const log = (key, values, own) =>
  addLine(element("room-log"), html("p", own ? { class: "own" } : {}, text(key, values)));

function say(key, values) {
  element("room-status").textContent = text(key, values);
}
