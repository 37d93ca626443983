import { startChat } from "./chat.js";
import { startChoice } from "./choice.js";
import { startEcho } from "./echo.js";
import { startEvents } from "./events.js";
import { startFetch } from "./fetch.js";
import { translate } from "./language.js";
import { startNetwork } from "./network.js";
import { startPressure } from "./pressure.js";
import { startPriority } from "./priority.js";
import { showArrivals } from "./push.js";
import { startRoom } from "./room.js";

translate();
for (const place of document.querySelectorAll("[data-origin]")) place.textContent = location.origin;

void startNetwork();
startFetch();
startPriority();
startEvents();
startChat();
startEcho();
startRoom();
startPressure();
startChoice();

// A file's timing is complete only once it has been loaded.
if (document.readyState === "complete") await showArrivals();
else addEventListener("load", () => setTimeout(showArrivals));
