import { readHtml } from "../../src/scanner/html/page-reader.js";
import { treeReferences } from "./html-oracle.js";

/** A stream of numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const BY =
  /^(?:stylesheet|alternate stylesheet|script|module script|img|(?:video poster|input src|i?frame src|embed src|object data))$/;
const TAG: Readonly<Record<string, string>> = {
  stylesheet: "link",
  "alternate stylesheet": "link",
  "module script": "script",
};

/** What the lexer finds, in the words of the oracle; of kinds that the oracle does not look at, nothing. */
export function lexedReferences(html: string): string[] {
  return readHtml(Buffer.from(html))
    .references.filter(({ by, imagesrcset }) => BY.test(by) && imagesrcset === undefined)
    .map(({ by, url }) => `${TAG[by] ?? by.split(" ")[0]} ${url}`);
}

/** Why the two may differ: what a tree builder does that a lexer can't know. */
export const DIFFERENCES: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["foreign content", /<(?:svg|math)\b/i],
  ["frameset", /<frameset\b|<frame\b/i],
  ["table or template", /<(?:table|template|caption|colgroup)\b/i],
  ["unclosed raw text", /<(?:script|style|title|textarea|noscript|xmp|iframe|noembed|noframes|plaintext)\b/i],
];

export interface Difference {
  readonly html: string;
  readonly kind: string;
  readonly lexed: readonly string[];
  readonly tree: readonly string[];
}

/** Holds the lexer against the oracle. */
export function compare(html: string): Difference | undefined {
  const lexed = lexedReferences(html);
  const tree = treeReferences(html);
  if (lexed.join("\n") === tree.join("\n")) return undefined;
  const kind = DIFFERENCES.find(([, pattern]) => pattern.test(html))?.[0] ?? "other";
  return { html, kind, lexed, tree };
}

const PIECES = [
  "<",
  ">",
  "</",
  "/>",
  "<!--",
  "-->",
  "--!>",
  "<!",
  "<?",
  '"',
  "'",
  "=",
  " ",
  "\n",
  "\0",
  "&amp;",
  "&#x41;",
  "&lt",
  "é",
  "<p>",
  "</p>",
  "<div>",
  "</div>",
  "<b>",
  "<ul><li>",
  "<a href=x>",
  "<!doctype html>",
  "<html>",
  "<head>",
  "</head>",
  "<body>",
  "<img src=a.png>",
  "<img src='b.png' alt=\"x\">",
  "<IMG SRC=c.png/>",
  "<script src=d.js></script>",
  "<script>",
  "</script>",
  "<script><!-- <script> </script> -->",
  "<link rel=stylesheet href=e.css>",
  "<style>",
  "</style>",
  "<title>",
  "</title>",
  "<textarea>",
  "</textarea>",
  "<noscript>",
  "</noscript>",
  "<template>",
  "</template>",
  "<iframe src=f.html></iframe>",
  "<input type=image src=g.png>",
  "<video poster=h.png></video>",
  "<svg>",
  "</svg>",
  "<table><tr><td>",
  "</table>",
  "<object data=i.svg></object>",
  "<embed src=j.svg>",
  "<![CDATA[",
  "]]>",
  "<xmp>",
  "</xmp>",
  "<math>",
  "</math>",
] as const;

/**
 * One of many documents that nobody would write. `select` is not among the
 * pieces: parse5 8 still drops most of what is in one, Chromium has not since
 * 135.
 */
export function mutate(html: string, random: () => number): string {
  const pick = (limit: number): number => Math.floor(random() * limit);
  let text = html;
  for (let count = 1 + pick(4); count > 0; count -= 1) {
    const at = pick(text.length + 1);
    const to = Math.min(text.length, at + pick(30));
    const piece = PIECES[pick(PIECES.length)] ?? "";
    switch (pick(5)) {
      case 0:
        text = text.slice(0, at) + text.slice(to);
        break;
      case 1:
        text = text.slice(0, at) + text.slice(at, to) + text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) + piece + text.slice(to);
        break;
      default:
        text = text.slice(0, at) + piece + text.slice(at);
    }
  }
  return text;
}

/** A page with a little of everything that refers to something. */
export const SEED_DOCUMENTS: readonly string[] = [
  `<!doctype html><html lang=en><head><meta charset=utf-8><title>A page &amp; more</title>
<link rel="stylesheet" href="css/site.css?v=1&amp;w=2"><link rel=icon href=i.ico><style>p{color:red}</style>
<script src="js/a.js" defer></script><script type="application/json">{"a":"<b>"}</script></head>
<body class="x y"><nav><ul><li><a href="1.html">one</a><li><a href='2.html'>two</a></ul></nav>
<p>Text with <b>bold</b> and <img src="img/1.png" alt="a > b"> and more.
<p><img src=img/2.png><noscript><img src=no.png></noscript><!-- <img src=no.png> -->
<video poster=v.png preload=none></video><input type=image src=go.png>
<script>if (a < b) document.write("<img src='no.png'>");</script>
<script type=module src=js/m.js></script><iframe src="frame.html"></iframe></body></html>`,
  `<link rel=stylesheet href=a.css><h1>No head</h1><img src=x.png><textarea><img src=no.png></textarea>
<form><input name=q><input type=image src="y.png"></form><pre>&lt;img&gt;</pre><object data=o.svg><p>none</p></object>
<script><!--
document.write("</p>") //--></script><embed src=e.svg><dl><dt>a<dd><img src=z.png></dl><p/><br/><img src="last.png"/>`,
];
