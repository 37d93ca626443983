import type { FoundFile } from "../../files/file.js";
import type { Found } from "../../files/tree.js";

type Unreadable = Extract<Found, { kind: "unreadable" }>;

/** What answers a request for a file. */
export type Resolved =
  | {
      readonly kind: "file";
      readonly found: FoundFile;
      /** Under which the tree has it: that of the request, or of where a rule leads. */
      readonly pathname: string;
      /** It is the page of a single-page application, in the place of what is not there. */
      readonly standsIn: boolean;
    }
  | { readonly kind: "redirect"; readonly status: number; readonly location: string }
  | { readonly kind: "listing"; readonly directory: string }
  | Unreadable
  /** With the page that a rule names for it, if one does. */
  | { readonly kind: "missing"; readonly page: string | undefined }
  | { readonly kind: "malformed" }
  /** Not below the base. */
  | { readonly kind: "outside" }
  /** Behind a password: of the path that a rule leads to. */
  | { readonly kind: "refused" }
  /** Nobody can tell before the request is there. */
  | { readonly kind: "unknown" };

/** The real path of the file or the directory that is shown. */
export function placeOf(resolved: Resolved): string | undefined {
  if (resolved.kind === "file") return resolved.found.file;
  return resolved.kind === "listing" ? resolved.directory : undefined;
}
