/**
 * Probes that come out otherwise by some means, and why that stays (Chromium 156, Firefox 153, measured). Each reason
 * says what differs: by `auto` nothing does but in the first two, in a module graph that fails and in Firefox's count of resources.
 */
export const known: Readonly<Record<string, string>> = {
  "style-removed-element":
    "a script takes away the element that uses a font and an image: by none, too, Chromium asks for them in one load and not in another",
  "script-document-write-comment":
    "a script comments out what follows: by none, too, both browsers ask for what the HTML names; what the stylesheet among that imports is asked for beyond it",
  "font-text-replaced":
    "a script replaces the only text of a font: by none, too, Firefox asks for the font where it lays the page out before the script comes, and not otherwise",
  "script-counts-resources": "Firefox's list of resources has a preload and its use as two; it fetches once",
  "script-blocked-by-an-observer":
    "only with all announced: Chromium warns of what a script has taken away; the same requests",
  "map-by-document-write":
    "only with all announced: Chromium warns of a module that waits for the map; the same requests",
  "module-syntax-error-deep":
    "a module graph that fails: how much of it Firefox asks for before it sees that is a matter of time, also by none",
  "csp-connect-none":
    "only with all announced, under a policy without connect-src: Firefox complains of a JSON module once more; the same requests",
  "csp-default-none-rest-allowed": "the same",
  "script-navigates-away": "only by hints: a 103 names what blocks rendering before the page is there, and leaves",
};
