import { readAsync } from "../site-files/read-file.js";
import type { SiteFile } from "../lookup.js";

/**
 * Whether a script is a module by its syntax: it imports or exports, or asks
 * for `import.meta`. One that does not may be either.
 */
export async function hasModuleSyntax(file: SiteFile): Promise<boolean> {
  const { init, parse } = await import("es-module-lexer");
  await init();
  return readAsync(file, (bytes) => {
    try {
      const [, , , isModule] = parse(bytes.toString());
      return isModule;
    } catch {
      return false;
    }
  });
}
