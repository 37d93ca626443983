import { type DefaultTreeAdapterTypes as Tree, html, parse } from "parse5";

/** A reference as a tree shows it: element, attribute and URL. */
export type TreeReference = string;

type Element = Tree.Element;

const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((one) => one.name === name && (one.prefix ?? "") === "")?.value;

const SCRIPT_TYPE =
  /^(?:|module|(?:application|text)\/(?:x-)?(?:ecma|java)script|text\/(?:javascript1\.[0-5]|jscript|livescript))$/;

/**
 * What a document refers to by the elements that a browser's tree has, in
 * document order: a second opinion on the lexer, over parse5's tree. It looks
 * at where references are, not at choices among candidates.
 */
export function treeReferences(text: string): TreeReference[] {
  const found: TreeReference[] = [];
  const visit = (node: Tree.Node): void => {
    if ("tagName" in node) take(node, found);
    if ("childNodes" in node) for (const child of node.childNodes) visit(child);
  };
  visit(parse(text));
  return found;
}

function take(element: Element, found: TreeReference[]): void {
  const add = (url: string | undefined): void => {
    const text = url?.trim() ?? "";
    if (text !== "") found.push(`${element.tagName.toLowerCase()} ${text}`);
  };
  if (element.namespaceURI !== html.NS.HTML) return;
  if (attribute(element, "loading")?.trim().toLowerCase() === "lazy") return;
  switch (element.tagName) {
    case "link": {
      const rel = (attribute(element, "rel") ?? "").toLowerCase().split(/[\t\n\f\r ]+/);
      const type = (attribute(element, "type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
      const isSheet = (type === "" || type === "text/css") && attribute(element, "disabled") === undefined;
      if (rel.includes("stylesheet") && isSheet) add(attribute(element, "href"));
      return;
    }
    case "script": {
      const type = attribute(element, "type");
      const language = attribute(element, "language") ?? "";
      const kind =
        type === undefined ? (language === "" ? "" : `text/${language}`) : type === "" ? "" : type.trim() || "?";
      const isModule = kind.toLowerCase() === "module";
      if (!SCRIPT_TYPE.test(kind.toLowerCase())) return;
      if (isModule || attribute(element, "nomodule") === undefined) add(attribute(element, "src"));
      return;
    }
    case "img":
      if (attribute(element, "srcset") === undefined) add(attribute(element, "src"));
      return;
    case "video":
      add(attribute(element, "poster"));
      return;
    case "input":
      if (attribute(element, "type")?.toLowerCase() === "image") add(attribute(element, "src"));
      return;
    case "iframe":
    case "frame":
      if (attribute(element, "srcdoc") === undefined) add(attribute(element, "src"));
      return;
    case "embed":
      add(attribute(element, "src"));
      return;
    case "object":
      add(attribute(element, "data"));
      return;
    default:
  }
}
