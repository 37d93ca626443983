/* global LOAD, STREAM, FEW_CONNECTIONS -- client.ts puts them in front */

/** Of a script that the page has already. */
const MARK = Symbol.for("h2push.live");

const [navigation] = performance.getEntriesByType("navigation");
const page = new URL(navigation ? navigation.name : location.href, location.href).pathname;
const timing = ((navigation && navigation.serverTiming) || []).find(({ name }) => name === LOAD);
const load = timing ? timing.description : "";
const upstream = Boolean(document.currentScript && "upstream" in document.currentScript.dataset);
let source;
let version = "";
let brief = false;
let seat;

/** What the page has loaded from here: of another server's page nobody else knows. A request line has limits. */
const loaded = () => {
  const urls = performance.getEntriesByType("resource").map(({ name }) => new URL(name, location.href));
  const paths = urls.filter(({ origin }) => origin === location.origin).map(({ pathname }) => pathname);
  let room = 6000;
  return [...new Set(paths)].filter((path) => (room -= path.length + 3) > 0).join("\n");
};
const open = () => {
  if (source) return;
  const address = new URL(STREAM, location.href);
  const files = upstream ? { files: loaded() } : {};
  address.search = new URLSearchParams({ page, load, version, ...(brief ? { brief } : {}), ...files });
  source = new EventSource(address.href);
  source.addEventListener("hello", (event) => {
    version = event.lastEventId;
    if (event.data === FEW_CONNECTIONS) void shareConnections();
  });
  source.addEventListener("reload", reload);
  source.addEventListener("css", (event) => {
    version = event.lastEventId;
    swaps = swaps.then(() => swapSheets(new Set(JSON.parse(event.data)))).catch(reload);
  });
};
const close = () => {
  if (source) source.close();
  source = undefined;
};
const reload = () => {
  close();
  location.reload();
};

const shareConnections = async () => {
  const current = source;
  for (let n = 0; n < 3; n++) if (!seat) await takeSeat("h2push live " + n);
  if (source !== current || brief === !seat) return;
  close();
  brief = !seat;
  open();
};
const takeSeat = (name) =>
  new Promise((tried) => {
    const hold = (lock) => {
      if (!lock) return tried();
      return new Promise((leave) => tried((seat = leave)));
    };
    navigator.locks.request(name, { ifAvailable: true }, hold).catch(tried);
  });

let swaps = Promise.resolve();
let count = 0;
const changed = new Set();
const here = (href, base) => {
  const url = new URL(href, base || document.baseURI);
  return url.origin === location.origin ? url.pathname : undefined;
};
const anew = (href, base) => {
  const url = new URL(href, base || document.baseURI);
  url.hash = "live-" + ++count;
  return url.href;
};
const swapSheets = async (paths) => {
  const links = [...document.querySelectorAll("link[rel~=stylesheet i][href]")].filter(({ href }) =>
    paths.has(here(href)),
  );
  const found = new Set(links.map(({ href }) => here(href)));
  for (const sheet of document.styleSheets) findImports(sheet, found);
  for (const path of paths) {
    if (!found.has(path)) throw new Error("used by other means: " + path);
    changed.add(path);
  }
  const swapped = await Promise.all(links.filter(({ disabled }) => !disabled).map(swapLink));
  const others = [...document.styleSheets].filter(({ ownerNode }) => !swapped.includes(ownerNode));
  for (const sheet of others) await swapImports(sheet, paths);
};
const findImports = (sheet, found) => {
  for (const rule of importsIn(sheet)) {
    found.add(here(rule.href, sheet.href));
    findImports(rule.styleSheet, found);
  }
};
const swapLink = async (link) => {
  const next = link.cloneNode();
  next.nonce = link.nonce;
  next.href = anew(link.href);
  await new Promise((resolve, reject) => {
    next.addEventListener("load", resolve);
    next.addEventListener("error", reject);
    link.after(next);
  });
  await swapImports(next.sheet, changed);
  link.remove();
  return next;
};
const importsIn = (sheet) => (rulesOf(sheet) || []).filter((rule) => rule instanceof CSSImportRule);
const swapImports = async (sheet, paths) => {
  for (const rule of importsIn(sheet)) {
    const current = paths.has(here(rule.href, sheet.href)) ? await swapImport(sheet, rule) : rule;
    await swapImports(current.styleSheet, paths);
  }
};
const swapImport = async (sheet, rule) => {
  const at = () => [...sheet.cssRules].indexOf(rule);
  const start = "@import url(" + JSON.stringify(anew(rule.href, sheet.href)) + ")";
  const text = rule.cssText.replace(/^@import\s+(?:url\((?:"[^"]*"|'[^']*'|[^)]*)\)|"[^"]*"|'[^']*')/, () => start);
  const next = sheet.cssRules[sheet.insertRule(text, at() + 1)];
  for (let tries = 0; !rulesOf(next.styleSheet); tries++) {
    if (tries > 200) throw new Error("not loaded: " + rule.href);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  sheet.deleteRule(at());
  return next;
};
const rulesOf = (sheet) => {
  try {
    return sheet && [...sheet.cssRules];
  } catch {
    return undefined; // of another origin, or not there yet
  }
};

const begin = () => {
  window[MARK] = true;
  if (document.currentScript) document.currentScript.remove();
  addEventListener("pagehide", () => {
    close();
    if (seat) seat();
    seat = undefined;
  });
  addEventListener("pageshow", (event) => event.persisted && open());
  if (document.readyState === "complete") open();
  else {
    addEventListener("load", () => setTimeout(open));
    setTimeout(open, 3000);
  }
};

if (!window[MARK]) begin();
