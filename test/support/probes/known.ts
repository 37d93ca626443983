/** Probes that still come out otherwise by some means, and why. What is mended goes from here. */
export const known: Readonly<Record<string, string>> = {
  "style-class-switched": "a script changes the class that chooses the background",
  "style-removed-element": "a script takes away the element that uses the font",
  "module-base-by-a-script": "a script writes the base element",
  "script-document-write-comment": "a script comments out what follows",
  "script-blocked-by-an-observer": "a script takes away another, and all are announced",
  "map-by-document-write": "a script writes the import map, and all are announced",
  "map-two": "Firefox fetches a module again that it preloaded long before it is used",
  "map-second-after-a-module": "Firefox fetches a module again that it preloaded long before it is used",
  "map-integrity-of-the-root": "Firefox now and then fetches a module again that it preloaded with integrity",
  "script-counts-resources": "Firefox counts a preload and its use as two resources",
  "script-navigates-away": "a script leaves a page of which a 103 has told",
  "page-changed": "what a 103 named is fresh for ten seconds, and so is an old stylesheet",
};
