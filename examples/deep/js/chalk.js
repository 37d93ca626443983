import { below as deeper } from "./granite.js";

export const below = [{ name: "Chalk", metres: 60, text: "Shells without number, a sea ago." }, ...deeper];
