/** Forms in which `h2push manifest` prints. Apart, so that `--help` need not load the scanner. */
export const manifestFormats = ["json", "table"] as const;

export type ManifestFormat = (typeof manifestFormats)[number];
