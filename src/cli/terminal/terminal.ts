export { copyToClipboard } from "./clipboard.js";
export { listenToKeys } from "./keys.js";
export { openBrowser } from "./open-browser.js";
