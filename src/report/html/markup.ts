export { escapeHtml as escaped } from "../../io/text/escape-html.js";

/** "1,240 ms" */
export const milliseconds = (time: number) => `${Math.round(time).toLocaleString("en")} ms`;

/** "812 B", "14.2 kB" (powers of 1,000). */
export const kilobytes = (bytes: number) => (bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`);

/** A number of things, "1 file", "2 files". */
export const counted = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
