import { oneOf } from "../../server/options/option-checks.js";

/** How the log tells of a request: `pretty` for people, the others for programs. */
export const logFormats = ["pretty", "common", "combined", "json", "off"] as const;

export type LogFormat = (typeof logFormats)[number];

export const checkLog = oneOf("log format", logFormats);
