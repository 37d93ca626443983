import { expect, test } from "vitest";
import { readLinks } from "../../src/delivery/link.js";
import { readPriority } from "../../src/delivery/priority.js";
import { evaluate } from "../../src/files/conditions/precondition.js";
import { parseRange, resolveRanges } from "../../src/files/conditions/range.js";
import { acceptable } from "../../src/files/representation/content-coding.js";
import { holds } from "../../src/rules/redirects/condition.js";
import { readHeaders, readRedirects } from "../../src/rules/rule-set.js";
import { DEFAULT_VIEWPORT, matchesMedia } from "../../src/scanner/css/media-queries.js";
import { readCss } from "../../src/scanner/css/parser.js";
import { imagesIn, parseFont, substitute } from "../../src/scanner/css/values.js";
import { parseSrcset, sourceSize } from "../../src/scanner/html/elements/srcset.js";
import { readHtml } from "../../src/scanner/html/page-reader.js";
import { readLoads } from "../../src/scanner/modules/dynamic-imports.js";
import { readImportMaps } from "../../src/scanner/modules/import-map.js";
import { readScript, scriptLexer } from "../../src/scanner/modules/imports.js";
import { readWebpack } from "../../src/scanner/webpack/webpack-script.js";
import { randomFrom } from "../support/html-fuzz.js";

/** What scripts are made of. */
const SCRIPT =
  "import export from \" ' ` ${ } { ( ) [ ] / // /* */ * ; , . = => ? : a 1 await async function class new return import( import.meta \\ < > default as".split(
    " ",
  );

/** Scripts that parse, so that what they run is followed. */
const STATEMENTS = [
  'import("./a.js");',
  "a();",
  "function a(){",
  "b();",
  "}",
  "const c=()=>{",
  "};",
  "c();",
  "(()=>{",
  "})();",
  "if(a){",
  "await a;",
  "a?.b(c);",
  "a=b;",
  "[a,",
  "]",
  "a(",
  ")",
  ",",
];

const base = new URL("https://a.example/");

/** What reads texts that others write, and what such texts are made of. */
const READERS: Readonly<
  Record<string, { readonly read: (text: string) => unknown; readonly parts: readonly string[] }>
> = {
  css: {
    read: (text) => readCss(text, () => undefined),
    parts:
      "{ } ( ) [ ] : ; , . # & * > + ~ ! / \\ \" ' @media @supports @layer @import @scope @container @font-face @keyframes url( image-set( var( calc( :is( :not( :has( :nth-child( ::before p a .c #i --x: src: background: font-family: content: unicode-range:U+4- 1px screen and not or from /* */ <!-- %".split(
        " ",
      ),
  },
  value: {
    read: (text) => [imagesIn(text, 1), parseFont(text), substitute(text, () => "var(--y, url(a))")],
    parts:
      "( ) , \" ' \\ / url( image-set( -webkit-image-set( type( var( var(--x, calc( 1x 2dppx .5 1 12px bold italic serif src( a 1px/ %".split(
        " ",
      ),
  },
  media: {
    read: (text) => matchesMedia(text, DEFAULT_VIEWPORT),
    parts:
      "( ) , not and or only screen print width: (min-width:1px) (width < > = <= 1px 1/1 1. . aspect-ratio: calc( min( - 9".split(
        " ",
      ),
  },
  html: {
    read: (text) => readHtml(Buffer.from(text), { css: (css) => readCss(css, () => undefined) }),
    parts:
      "< > / = \" ' ! - -- <!-- --> <p <p> </p> <div> </div> <b> </b> <svg> </svg> <math> <template> </template> <table> <tr> <td> <select> <script> </script> <style> </style> <title> <textarea> <picture> <source <img src= srcset= sizes= class= style= <link rel=stylesheet href= <base <meta charset= <iframe srcdoc= &amp; & a <![CDATA[ ]]> <a".split(
        " ",
      ),
  },
  script: { read: readScript, parts: SCRIPT },
  "what scripts run": {
    read: (text) => readLoads(`import("./b.js");${text}`, "module"),
    parts: [
      ...STATEMENTS,
      "__vitePreload(()=>import('./a.js'),__vite__mapDeps([0,1]));",
      "__vite__mapDeps=(i,m=",
      "export{a as nodes};",
    ],
  },
  "scripts of webpack": {
    read: (text) =>
      readWebpack(`var r={};r.f={};r.u=e=>e+".js";(self.webpackChunka=self.webpackChunka||[]).push(${text})`),
    parts: ["[[1],{", "1:(e,t,n)=>{", "n(2);", "n.e(3);", "},", "}]", "e=>{e.O(0,[4],()=>e(5))}", ...STATEMENTS],
  },
  sizes: {
    read: (text) => sourceSize(text, DEFAULT_VIEWPORT),
    parts: "( ) , calc( min( max( clamp( + - * / 1px 50vw (width>1px) not and 1e 9 . auto".split(" "),
  },
  srcset: { read: parseSrcset, parts: 'a , ,, ( ) 1x 2w 1.5x 9 . e - h 1h data:, \\ "'.split(" ") },
  link: {
    read: readLinks,
    parts: '< > <a> ; , = rel rel=preload as=script " \' \\ title*= a imagesrcset=" crossorigin % nopush'.split(" "),
  },
  headers: {
    read: readHeaders,
    parts: "/ /* /a :b * ! : Link: <a> Basic-Auth: Content-Security-Policy: x y:z # https://a.example/ \t % ;".split(
      " ",
    ),
  },
  redirects: {
    read: readRedirects,
    parts: "/ /* /a /:b :splat * ! 301 200 404! a=:b Country=a # https://a.example/ \t % ? & Language=".split(" "),
  },
  range: {
    read: (text) => resolveRanges(parseRange(text) ?? [], 1_000_000),
    parts: "bytes= bytes - 0-1 0- -5 , ,, 1 99999999999999999999 = \t 5-2 a".split(" "),
  },
  accept: {
    read: (text) => [acceptable(text), readPriority(text)],
    parts: 'gzip br zstd * identity , ; q= ;q=0.5 ;q=0 = \t " u=1 i ?0 a 0.'.split(" "),
  },
  "cookies and languages": {
    read: (text) => [
      holds({ kind: "cookie", names: ["z"] }, { cookie: text }),
      holds({ kind: "language", languages: ["z"] }, { "accept-language": text }),
    ],
    parts: 'a a=b ; , = ;q=0.1 ;q= \t en- z " .'.split(" "),
  },
  conditions: {
    read: (text) => evaluate({ "if-none-match": text, "if-match": text }, { etag: '"a"', lastModified: 0 }),
    parts: '" W/ W/"a" "a" "b" , * \\ a \t ""'.split(" "),
  },
  "import maps": {
    read: (text) => readImportMaps([text], base),
    parts: '{ } [ ] " : , {"imports":{ "scopes":{ "a": "a/": "/b" "/b/", "a":"/b", \\ 1 null'.split(" "),
  },
};

/** More of them by hand. */
const SEEDS = Number(process.env["H2PUSH_SEEDS"] ?? 60);
const [SHORT, LONG] = [32_000, 128_000];

/** Some parts in a row, or in one another, with what joins them. */
function shapeOf(parts: readonly string[], random: () => number): (length: number) => string {
  const some = (most: number) =>
    Array.from(
      { length: 1 + Math.floor(random() * most) },
      () => parts[Math.floor(random() * parts.length)] ?? "",
    ).join(random() < 0.4 ? " " : random() < 0.2 ? "\n" : "");
  const [before, first, second, after] = [some(4), some(5), some(3), some(3)];
  const halves = random() < 0.5;
  return (length) => {
    const count = Math.ceil(length / (halves ? first.length + second.length + 1 : first.length + 1));
    return `${before}${first.repeat(count)}${halves ? second.repeat(count) : ""}${after}`;
  };
}

/** Milliseconds of processor time, the least of some tries. */
async function cost(act: () => unknown, tries: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 0; n < tries; n += 1) {
    const before = process.cpuUsage();
    await act();
    least = Math.min(least, process.cpuUsage(before).user / 1000);
  }
  return least;
}

/** Four times the text takes four times as long: sixteen times would be its square. */
const isTooMuch = (short: number, long: number) => long > 150 && long > 9 * short;

test.each(Object.entries(READERS))(
  "what it takes to read a text grows as the text does: %s",
  async (_what, { read, parts }) => {
    await scriptLexer();
    const attempt = (text: string) => async () => {
      try {
        await read(text);
      } catch (error) {
        // A script that is none is told so. All else has to be read to the end.
        if (!(error instanceof SyntaxError) && !String(error).includes("Parse error")) throw error;
      }
    };
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const make = shapeOf(parts, randomFrom(seed));
      const [short, long] = [attempt(make(SHORT)), attempt(make(LONG))];
      const isSuspect = isTooMuch(await cost(short, 1), await cost(long, 1));
      if (isSuspect)
        expect([seed, make(60), isTooMuch(await cost(short, 3), await cost(long, 2))]).toEqual([seed, make(60), false]);
    }
  },
  120_000,
);
