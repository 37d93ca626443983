/** Pages by the directories that their paths name. */
export interface Directory<T> {
  /** With a slash at its end. */
  readonly path: string;
  /** Those in it, its index too. */
  readonly pages: T[];
  readonly directories: Map<string, Directory<T>>;
}

/** Sorts pages into a tree of directories. */
export function pageTree<T extends { readonly pathname: string }>(pages: readonly T[]): Directory<T> {
  const root: Directory<T> = { path: "/", pages: [], directories: new Map() };
  for (const page of pages) {
    let directory = root;
    for (const name of page.pathname.split("/").slice(1, -1)) {
      let inner = directory.directories.get(name);
      if (inner === undefined) {
        inner = { path: `${directory.path}${name}/`, pages: [], directories: new Map() };
        directory.directories.set(name, inner);
      }
      directory = inner;
    }
    directory.pages.push(page);
  }
  return root;
}

/** All pages of a directory, at any depth. */
export function* pagesBelow<T>({ pages, directories }: Directory<T>): Generator<T> {
  yield* pages;
  for (const inner of directories.values()) yield* pagesBelow(inner);
}
