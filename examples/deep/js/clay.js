import { below as deeper } from "./gravel.js";

export const below = [{ name: "Clay", metres: 7, text: "Left by a lake that nobody saw." }, ...deeper];
