import { element } from "./dom.js";

/** Has each button of the table lead to the lesson that shows its row, to the very button that begins it. */
export function startChoice() {
  for (const button of document.querySelectorAll("[data-show]")) {
    button.addEventListener("click", () => {
      const target = element(button.dataset.show);
      target.closest("section").scrollIntoView();
      target.focus({ preventScroll: true });
      target.click();
    });
  }
}
