import { startEvents } from "./events.js";
import { startFetch } from "./fetch.js";
import { startNetwork } from "./network.js";
import { showArrivals } from "./push.js";

for (const place of document.querySelectorAll("[data-origin]")) place.textContent = location.origin;

startNetwork();
startFetch();
startEvents();

// A file's timing is complete only once it has been loaded.
if (document.readyState === "complete") await showArrivals();
else addEventListener("load", () => setTimeout(showArrivals));
