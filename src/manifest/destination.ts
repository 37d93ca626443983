/** Fetch destinations (Fetch standard, §2.2.5, "request destination") that a page's own loads have. */
export type Destination =
  | "audio"
  | "document"
  | "embed"
  | "fetch"
  | "font"
  | "image"
  | "json"
  | "object"
  | "script"
  | "style"
  | "track"
  | "video";
