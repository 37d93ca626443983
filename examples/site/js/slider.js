import { element } from "./dom.js";

/** Shows a slider's value beside it, in words, and returns a reader of it. @param {string} id */
export function slider(id, format) {
  const input = element(id);
  const show = () => {
    element(`${id}-value`).textContent = format(input.valueAsNumber);
    input.setAttribute("aria-valuetext", format(input.valueAsNumber));
  };
  input.addEventListener("input", show);
  show();
  return () => input.valueAsNumber;
}
