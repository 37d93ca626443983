const SVG = "http://www.w3.org/2000/svg";

/**
 * The element of that id: one that is missing is a mistake in the page.
 * @param {string} id
 */
export function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element #${id}`);
  return found;
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
export function html(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} children
 */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** Whether the reader wants little motion. */
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Calls `frame` for each picture, or never for a reader who wants no motion. Returns what ends it. */
export function animate(frame) {
  if (calm.matches) return () => undefined;
  let handle = requestAnimationFrame(function next() {
    frame();
    handle = requestAnimationFrame(next);
  });
  return () => cancelAnimationFrame(handle);
}

/** Adds a line to a log, and keeps its latest lines in sight. */
export function addLine(log, line, most = 50) {
  log.append(line);
  while (log.childElementCount > most) log.firstElementChild.remove();
  log.scrollTop = log.scrollHeight;
}
