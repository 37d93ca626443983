/** What happens to one file while a page is loaded; times in milliseconds since the page was asked for. */
export type Progress =
  /** It was asked for, or promised. */
  | { readonly event: "asked"; readonly target: string; readonly start: number }
  /** It is there. */
  | { readonly event: "got"; readonly target: string; readonly start: number; readonly end: number };
