import { below } from "./clay.js";

const layers = [{ name: "Soil", metres: 2, text: "Roots, worms, and what the rain brings down." }, ...below];

const list = document.querySelector("#layers");
let top = 0;
for (const { name, metres, text } of layers) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const description = document.createElement("dd");
  term.textContent = name;
  description.textContent = `${top} to ${top + metres} m. ${text}`;
  row.append(term, description);
  list.append(row);
  top += metres;
}
