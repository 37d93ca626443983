import picomatch from "picomatch";

/** Whether a file does not count for live reload: asked with its path from the root, `css/site.css`. */
export type Ignores = (path: string) => boolean;

/**
 * Reads the patterns of `--live-ignore`, as .gitignore has them: one without a
 * slash means a name in any folder, and one that matches a folder means all
 * that is in it.
 */
export function ignoredBy(patterns: readonly string[]): Ignores {
  const globs = patterns.flatMap((pattern) => {
    const path = pattern.replace(/^\.?\//, "").replace(/\/+$/, "");
    const anywhere = /^\.?\//.test(pattern) || path.includes("/") ? path : `**/${path}`;
    return [anywhere, `${anywhere}/**`];
  });
  return picomatch(globs, { dot: true, nonegate: true });
}
