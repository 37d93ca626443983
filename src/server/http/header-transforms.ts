import type { HeaderTransform } from "./response-headers.js";
import type { Settings } from "../options/options-table.js";

/** The rules for the fields of every response that the settings ask for. */
export async function openHeaderTransforms({ cors, coi }: Settings): Promise<readonly HeaderTransform[]> {
  const headerTransforms: HeaderTransform[] = [];
  if (cors !== undefined) headerTransforms.push((await import("../middleware/cors.js")).corsTransform(cors));
  if (coi) headerTransforms.push((await import("../middleware/cross-origin-isolation.js")).isolationTransform);
  return headerTransforms;
}
