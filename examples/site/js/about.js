import { translate } from "./language.js";
import { showArrivals } from "./push.js";

translate();
if (document.readyState === "complete") await showArrivals();
else addEventListener("load", () => setTimeout(showArrivals));
