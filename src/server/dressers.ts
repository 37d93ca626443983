import type { Dresser } from "./dressing.js";
import type { Settings } from "./options.js";

/** The rules for the fields of every response that the settings ask for. */
export async function openDressers({ cors, coi }: Settings): Promise<readonly Dresser[]> {
  const dressers: Dresser[] = [];
  if (cors !== undefined) dressers.push((await import("./cors.js")).corsDresser(cors));
  if (coi) dressers.push((await import("./isolation.js")).isolationDresser);
  return dressers;
}
