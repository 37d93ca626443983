import type { ServerOptions } from "../../server/options/server-options.js";

/** A way to serve a page, which is compared with the others. */
export interface Way {
  readonly name: WayName;
  /** As a user asks for it. */
  readonly flags: string;
  readonly options: ServerOptions;
}

export type WayName = "none" | "auto" | "link all" | "hints" | "learned" | "push";

/** For clients that take pushes: no browser does. */
export const PUSH: Way = { name: "push", flags: "--delivery push", options: { delivery: "push", learn: false } };

/** The first is what the others are compared with; those that a user has to do less for come first. */
export const WAYS: readonly Way[] = [
  { name: "none", flags: "--delivery none", options: { delivery: "none", learn: false } },
  { name: "auto", flags: "--no-learn", options: { delivery: "auto", learn: false } },
  { name: "learned", flags: "no flag: it learns", options: { delivery: "auto", learn: true } },
  {
    name: "link all",
    flags: "--delivery link --announce all",
    options: { delivery: "link", announce: "all", learn: false },
  },
  { name: "hints", flags: "--delivery hints", options: { delivery: "hints", learn: false } },
];
