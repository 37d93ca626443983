import type { Dresser } from "./response-headers.js";
import type { Settings } from "../options/options-table.js";

/** The rules for the fields of every response that the settings ask for. */
export async function openDressers({ cors, coi }: Settings): Promise<readonly Dresser[]> {
  const dressers: Dresser[] = [];
  if (cors !== undefined) dressers.push((await import("../middleware/cors.js")).corsDresser(cors));
  if (coi) dressers.push((await import("../middleware/cross-origin-isolation.js")).isolationDresser);
  return dressers;
}
