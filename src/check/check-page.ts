import type { LinkValue } from "../delivery/link.js";
import { baseOf, resolve } from "../manifest/resolve.js";
import type { PageNeeds, PageRecord, Position, RecordedReference } from "../scanner/types.js";
import type { Finding, Suspicion } from "./finding.js";
import { type CheckedPreload, faultOf, isUsed } from "./rules/preload.js";

/** What one page comes to, which budgets are about. */
export interface PageCost {
  /** Of all that the page loads, without the page itself; not compressed. */
  readonly bytes: number;
  readonly requests: number;
  /** Requests one after another. */
  readonly depth: number;
}

/** What was found for one page. */
export interface CheckedPage {
  readonly findings: readonly Finding[];
  readonly suspicions: readonly Suspicion[];
  readonly cost: PageCost;
  /** Targets whose answers it rests on. */
  readonly restsOn: readonly string[];
}

/** What a page is checked with. */
export interface PageSetting {
  readonly pathname: string;
  /** A file relative to the root, with slashes. */
  readonly nameOf: (file: string) => string;
  /** What `Link` fields announce with it, and where in `_headers` each is written. */
  readonly fields: readonly LinkValue[];
  readonly placeOf: (link: LinkValue) => Position;
}

interface Placed extends CheckedPreload, Position {
  readonly file: string;
}

/** Checks one page by what the scan has recorded of it. */
export function checkPage(
  { entries, record }: PageNeeds & { readonly record: PageRecord },
  setting: PageSetting,
): CheckedPage {
  const { references, importMap, depth, restsOn } = record;
  const findings = references.filter(({ missing }) => missing).map((reference) => missingFinding(reference, setting));
  const suspicions: Suspicion[] = [];
  const inPage = record.preloads.map((preload) => ({ ...preload, file: setting.nameOf(preload.file) }));
  for (const preload of [...inPage, ...inFields(setting)]) {
    const found = (rule: Finding["rule"], message: string): Finding => placed(preload, rule, message, setting.pathname);
    const fault = faultOf(preload, references, importMap !== undefined);
    if (fault !== undefined) findings.push(found(fault.rule, fault.message));
    else if (preload.target !== undefined && !isMissing(preload, references) && !isUsed(preload, references)) {
      const [pathname = ""] = preload.target.split("?", 1);
      suspicions.push({
        pathname,
        finding: found("unused-preload", `nothing uses ${preload.target}, which is preloaded`),
      });
    }
    if (importMap !== undefined && endsImportMaps(preload, importMap)) {
      const where = preload.file === "_headers" ? "to a page with an import map" : "before the import map";
      const what = preload.target ?? "a module";
      findings.push(found("modulepreload-import-map", `${what} is announced with modulepreload ${where}`));
    }
  }
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  return { findings, suspicions, cost: { bytes, requests: entries.length + 1, depth }, restsOn };
}

/** Whether it comes before the page's import map: Firefox 153 takes no map then (measured), and passes over modules of other kinds. */
const endsImportMaps = ({ rel, attributes, file, line, column }: Placed, map: Position) =>
  rel === "modulepreload" &&
  !/^(?:json|style)$/i.test(attributes.get("as") ?? "") &&
  (file === "_headers" || line < map.line || (line === map.line && column < map.column));

const isMissing = ({ target }: CheckedPreload, references: readonly RecordedReference[]) =>
  references.some((reference) => reference.target === target && reference.missing);

function placed({ file, line, column }: Placed, rule: Finding["rule"], message: string, page: string): Finding {
  return { rule, file, line, column, message, page };
}

function missingFinding(
  { target, file, line, column, by }: RecordedReference,
  { nameOf, pathname }: PageSetting,
): Finding {
  return {
    rule: "missing-asset",
    file: nameOf(file),
    line,
    column,
    message: `${target} is not there (${by})`,
    page: pathname,
  };
}

/** What fields announce, in the form of what elements do. */
function inFields({ fields, pathname, placeOf }: PageSetting): Placed[] {
  return fields.map((link) => {
    const resolved = resolve(link.target, baseOf(pathname));
    const target = "target" in resolved ? resolved.target : undefined;
    const rel = link.rel.includes("modulepreload") ? "modulepreload" : "preload";
    return { rel, target, attributes: link.attributes, file: "_headers", ...placeOf(link) };
  });
}
