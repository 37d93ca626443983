import { showArrivals } from "./push.js";

if (document.readyState === "complete") await showArrivals();
else addEventListener("load", () => setTimeout(showArrivals));
