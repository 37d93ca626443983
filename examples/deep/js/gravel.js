import { below as deeper } from "./chalk.js";

export const below = [{ name: "Gravel", metres: 12, text: "Rounded by a river, and full of water." }, ...deeper];
