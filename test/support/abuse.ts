/** Files of a site whose page `/` repeats, or nests, one construct far beyond what a person writes. */
export type AbusiveSite = Readonly<Record<string, string>>;

/** How often a construct is repeated, and how deep it is nested. */
const MANY = 100_000;
const DEEP = 10_000;

const times = (text: string, count = MANY): string => text.repeat(count);
const each = (of: (index: number) => string, count = MANY): string =>
  Array.from({ length: count }, (_, n) => of(n)).join("");
const nested = (open: string, inner: string, close: string): string => times(open, DEEP) + inner + times(close, DEEP);

const BODY = `<body class="a b c" id=i style="color:red"><div class="a b"><p class="a b">text \u00e9</p><i></i></div>`;
const css = (text: string): AbusiveSite => ({
  "index.html": `<link rel=stylesheet href=s.css>${BODY}`,
  "s.css": `${text}\n}\np { background: url(x.png) }`,
});
const value = (text: string, property = "background"): AbusiveSite => css(`p { ${property}: ${text} }`);
const html = (text: string): AbusiveSite => ({ "index.html": text });
const script = (text: string): AbusiveSite => ({
  "index.html": "<script type=module src=m.js></script>",
  "m.js": text,
});
const webpack = (modules: string, name = "e"): AbusiveSite => ({
  "index.html": "<script src=runtime.js></script><script src=main.js></script>",
  "runtime.js": `r.f={},r.e=e=>e,r.p="/",r.u=e=>${name}`,
  "main.js": `(self.webpackChunk=[]).push([[1],{${modules}},e=>e(0)])`,
});
const importMap = (text: string, more = ""): AbusiveSite => ({
  "index.html": `<script type=importmap>${text}</script><script type=module>import "x/y";${more}</script>`,
});
const FACE = "@font-face { font-family: F; src: url(f.woff2)";

/** What is repeated or nested, by name. */
export const ABUSES: Readonly<Record<string, () => AbusiveSite>> = {
  // Attributes of images
  "numbers in a size": () => html(`<img srcset="a 1w, b 2w" sizes="min(${times("1px,")}1px)">`),
  "functions in a size": () => html(`<img srcset="a 1w, b 2w" sizes="${nested("min(", "1px", ")")}">`),
  "sums in a size": () => html(`<img srcset="a 1w, b 2w" sizes="calc(1px${times(" + 1px")})">`),
  "digits in a size": () => html(`<img srcset="a 1w, b 2w" sizes="calc(${times("1")}x)">`),
  sizes: () => html(`<img srcset="a 1w, b 2w" sizes="${times("(width < 1px) 1px,")}1px">`),
  "conditions of a size": () => html(`<img srcset="a 1w, b 2w" sizes="${nested("(", "width", ")")} 1px">`),
  candidates: () => html(`<img srcset="${each((n) => `a${n} ${n}w,`)}">`),
  "commas in a srcset": () => html(`<img srcset="a${times(",")}b, c">`),
  "digits in a descriptor": () => html(`<img srcset="a ${times("1")}x, b 1${times("0")}w">`),
  "parentheses in a srcset": () => html(`<img srcset="a ${times("(")}, b ${times(")")}">`),
  "sources and images of a picture": () =>
    html(`<picture>${times("<source srcset=a media=print><img src=b>", 100_000)}`),
  // Selectors
  ...Object.fromEntries(
    [" ", ">", "+", "~"].flatMap((combinator) => [
      [
        `12,000 compounds with "${combinator}"`,
        () => css(`*${times(`${combinator}*`, 12_000)} { background: url(y) }`),
      ],
      [`compounds with "${combinator}"`, () => css(`p${times(`${combinator}p`)} { background: url(y) }`)],
    ]),
  ),
  "members of a selector list": () => css(`${each((n) => `.a${n},`)}p { background: url(y) }`),
  "classes of a compound": () => css(`p${times(".a")} { background: url(y) }`),
  "attributes of a compound": () => css(`p${times("[x]", 12_000)} { background: url(y) }`),
  "pseudo-classes of a compound": () => css(`p${times(":link")} { background: url(y) }`),
  "members of :is()": () => css(`p:is(${times(".a,", 12_000)}.b) { background: url(y) }`),
  "relative members of :has()": () => css(`p:has(${times("> .a,", 6000)}.b) { background: url(y) }`),
  ...Object.fromEntries(
    ["is", "where", "not", "has", "nth-child", "host"].map((name) => [
      `:${name}() in one another`,
      () => css(`p${nested(`:${name}(`, "p", ")")} { background: url(y) }`),
    ]),
  ),
  "parentheses of a selector that are never closed": () => css(`p${times(":is(")}`),
  "brackets of a selector": () => css(`p${times("[")} { background: url(y) }`),
  "escapes of a selector": () => css(`.${times("\\61 ")} { background: url(y) }`),
  "comments in a selector": () => css(`p${times("/**/")} p { background: url(y) }`),
  "nesting selectors": () => css(`p { ${times("&")} { background: url(y) } }`),
  "nesting selectors with spaces": () => css(`p { ${times("& ")} { background: url(y) } }`),
  // Rules in rules
  "rules in one another": () => css(nested("p {", "background: url(y)", "}")),
  "rules with two members in one another": () => css(nested("p, .a {", "background: url(y)", "}")),
  "rules with two nesting selectors in one another": () => css(nested("& &, :is(&, & &) {", "background: url(y)", "}")),
  "rules with :has() in one another": () => css(nested("&:has(p), & {", "background: url(y)", "}")),
  "rules within one with a long list": () =>
    css(`${times(".a,", 10_000)}.b { ${times("& p { background: url(y) }", 10_000)} }`),
  "declarations in a group within a rule": () => css(`p { @media screen { ${times("background: url(y);")} } }`),
  "groups within a rule": () => css(`p { ${times("@media screen { background: url(y) }")} }`),
  "declarations between rules": () => css(`p { ${times("background: url(y); i { color: red }", 50_000)} }`),
  ...Object.fromEntries(
    ["@media screen", "@supports (color: red)", "@layer a", "@layer", "@container (width > 1px)", "@scope (p)"].flatMap(
      (rule) => [
        [`${rule} in one another`, () => css(nested(`${rule} {`, "p { background: url(y) }", "}"))],
        [`${rule} repeated`, () => css(times(`${rule} { p { background: url(y) } }`, 20_000))],
      ],
    ),
  ),
  "conditions of @media in one another": () => css(`@media ${nested("(", "width", ")")} { p { background: url(y) } }`),
  "conditions of @media": () => css(`@media ${times("(width > 1px) and ")}(width > 1px) { p { background: url(y) } }`),
  "negations of @media": () => css(`@media ${times("not ")}(width) { p { background: url(y) } }`),
  "queries of @media": () => css(`@media ${times("print,")}screen { p { background: url(y) } }`),
  "digits of @media": () => css(`@media (min-width: ${times("1")}!) { p { background: url(y) } }`),
  "digits of a ratio": () => css(`@media (aspect-ratio: ${times("1")}/${times("1")}!) { p { background: url(y) } }`),
  "comparisons of @media": () => css(`@media (${times("1px <")} width) { p { background: url(y) } }`),
  "spaces of @media": () => css(`@media not${times(" ")}!${times(" ")} { p { background: url(y) } }`),
  "functions of @supports": () => css(`@supports selector(${nested(":is(", "p", ")")}) { p { background: url(y) } }`),
  "names of a layer": () => css(`@layer a${times(".a", DEEP)} { p { background: url(y) } }`),
  layers: () => css(`@layer ${each((n) => `l${n},`)} z; p { background: url(y) }`),
  "layers of style elements": () => html(each((n) => `<style>@layer l${n} { p { color: red } }</style>`, 20_000)),
  animations: () => css(each((n) => `@keyframes k${n} { from { background: url(${n}) } }`)),
  "steps of an animation": () => css(`@keyframes k { ${times("1% { background: url(y) }")} } p { animation: k }`),
  "names of animations": () => css(`@keyframes k { from { background: url(y) } } p { animation: ${times("k,")}k }`),
  "imports of one stylesheet": () => css(times(`@import "t.css";`)),
  "imports of many stylesheets": () => css(each((n) => `@import "${n}.css";`, 5000)),
  "imports into layers of a stylesheet by itself": () => css(`@import "s.css" layer(a); @import "s.css" layer(b);`),
  "imports of a chain, twice each": () => ({
    ...css(`@import "0.css";`),
    ...Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [
        `${n}.css`,
        `@import "${n + 1}.css" layer(a); @import "${n + 1}.css" layer(b); p { color: red }`,
      ]),
    ),
  }),
  "quotation marks of an import": () => css(`@import "${times('\\"')}`),
  "braces of a custom property": () => css(`p { --${times("a")}: ${times("{}")} }`),
  // Values
  "images of a value": () => value(`${times("url(y),")}url(z)`),
  "images in functions": () => value(nested("f(", "url(y)", ")")),
  "addresses that are never closed": () => value(times("url(")),
  "addresses in quotation marks that are never closed": () => value(times(`url("`)),
  "sets of images in one another": () => value(nested("image-set(", "url(y) 1x", ")")),
  "options of a set": () => value(`image-set(${times("url(y) 1x,")} url(z) 2x)`),
  "types of a set": () => value(`image-set(url(y) ${times('type("')})`),
  "digits of a set": () => value(`image-set(url(y) ${times("1")}!)`),
  "functions of a value": () => value(nested("calc(", "1px", ")"), "font"),
  "escapes of a value": () => value(times("\\61 "), "font-family"),
  "strings of a value": () => value(times(`"a" `), "content"),
  "quotation marks of a value": () => value(`"${times('\\"')}`, "content"),
  "comments of a value": () => value(`url(y) ${times("/**/")}`),
  "bangs of a value": () => value(`url(y) ${times("! ")}`),
  "families of a font": () => css(`${FACE} } p { font-family: ${times("G,")}F }`),
  "digits of a font": () => css(`${FACE} } p { font: ${times("1")}! ${times(" ")} F }`),
  "parentheses of a font": () => css(`${FACE} } p { font: calc(${times("(1)")} F }`),
  "replacements in one another": () => value(nested("var(--x,", "url(y)", ")")),
  replacements: () => value(times("var(--x, url(y))")),
  "replacements of one another": () =>
    css(`p { ${each((n) => `--v${n}: var(--v${n + 1});`, DEEP)} background: var(--v0) }`),
  "fallbacks of one another": () =>
    css(
      `p { ${each((n) => `--v${n}: ${times("var(--x,", 50)}var(--v${n + 1})${times(")", 50)};`, 1000)} background: var(--v0) }`,
    ),
  "replacements that double": () =>
    css(
      `p { --v: url(y); ${each((n) => `--v${n + 1}: var(--v${n}, 1) var(--v${n});`, 1000)} background: var(--v1000) }`,
    ),
  // Fonts
  faces: () => css(times(`${FACE} } `, 50_000) + "p { font-family: F }"),
  "sources of a face": () => css(`${FACE}, ${times("url(g),")}url(h) } p { font-family: F }`),
  "ranges of a face": () => css(`${FACE}; unicode-range: ${times("U+1-2,")}U+4 } p { font-family: F }`),
  "characters that are generated": () => css(`${FACE} } p::before { font-family: F; content: "${times("a")}" }`),
  // Pages
  "elements in one another": () => html(nested("<div>", "<img src=a>", "</div>")),
  "elements in one another with rules": () => ({
    "index.html": `<link rel=stylesheet href=s.css>${nested("<div class=a>", "<p>", "</div>")}`,
    "s.css": `.a ${times(".a ", 300)}p, div ~ div + div > p:not(.b .c) { background: url(y) }`,
  }),
  "SVG in one another": () => html(nested("<svg>", "<image href=a>", "</svg>")),
  "ends of SVG that is not open": () => html(`${times("<svg>", 200_000)}${times("</math>", 200_000)}`),
  "templates in one another": () => html(nested("<template>", "<img src=a>", "</template>")),
  "shadow trees in one another": () => html(nested("<div><template shadowrootmode=open>", "<img src=a>", "")),
  pictures: () => html(times("<picture><source srcset=a><img src=b></picture>")),
  frames: () => html(each((n) => `<iframe src="?${n}"></iframe>`, DEEP)),
  "frames in texts of frames": () => html(nested(`<iframe srcdoc="`, "a", `"></iframe>`)),
  "base elements": () => html(`${times("<base href=/>")}<img src=a>`),
  policies: () => html(`${times(`<meta http-equiv=content-security-policy content="img-src 'self'">`)}<img src=a>`),
  "policies in one field": () =>
    html(`<meta http-equiv=content-security-policy content="${times("img-src x,")}">${times("<img src=a>")}`),
  "sources of a policy": () =>
    html(`<meta http-equiv=content-security-policy content="img-src ${times("x ")}">${times("<img src=a>")}`),
  "style elements": () => html(each((n) => `<style>.a${n} { background: url(${n}) }</style>`, DEEP)),
  "style attributes": () => html(each((n) => `<p style="background: url(x.png#${n})">`, DEEP)),
  "attributes that selectors ask for": () => ({
    "index.html": `<link rel=stylesheet href=s.css><p ${each((n) => ` a${n}`)}>`,
    "s.css": each((n) => `[a${n}] { background: url(y) }`, DEEP),
  }),
  "kinds of siblings": () => ({
    "index.html": `<link rel=stylesheet href=s.css>${each((n) => `<p class=c${n}></p>`, 3000)}`,
    "s.css": `${each((n) => `.c${n} { color: red; background: url(y) }`, 3000)} p:has(~ i), i + p { background: url(z) }`,
  }),
  "references that lead nowhere": () => html(each((n) => `\n<img src=${n}>`, 5000)),
  "titles of stylesheets": () => html(each((n) => `<link rel=stylesheet title=${n} href=s.css>`)),
  "slashes of a reference": () => html(`<img src="${times("../")}a">`),
  // Scripts
  "scripts in the page": () => html(times(`<script type=module>import "./a.js"</script>`, 10_000)),
  imports: () => script(each((n) => `import "./a.js?${n}";`, DEEP)),
  "imports of one module": () => script(times(`import "./m.js";`)),
  "imports of a script that imports as many": () => ({
    ...script(times(`import "./n.js";`)),
    "n.js": each((n) => `import "./m.js?${n}";`, 1000),
  }),
  "imports as a script runs": () => script(each((n) => `import("./a.js?${n}");`, DEEP)),
  "blocks of a script that imports as it runs": () => script(nested("{", `import("./a.js")`, "}")),
  "calls of a script that imports as it runs": () => script(nested("(() => ", `import("./a.js")`, ")()")),
  "modules of webpack's": () => webpack(each((n) => `${n}:(e,t,r)=>{r(${n + 1})},`, DEEP)),
  "texts of webpack's runtime": () => webpack("", `0${times('+"a"')}`),
  "routes of Docusaurus's": () =>
    webpack(`1:[${nested(`{path:"/",component:d("/"),routes:[`, "", "]}")}],2:'{"__comp":"${times("x")}"}'`),
  islands: () =>
    html(
      `<script>"astro-island"</script>${each((n) => `<astro-island client=load component-url=${n}.js></astro-island>`, 5000)}`,
    ),
  "parentheses of a script": () => script(`import "./a.js";${nested("(", "1", ")")}`),
  "arrays of a script": () => script(`import "./a.js";${nested("[", "1", "]")}`),
  "templates of a script": () => script(`import "./a.js";${nested("`${", "1", "}`")}`),
  "blocks of a script": () => script(`import "./a.js";${nested("{", "1", "}")}`),
  "dynamic imports of a script": () => script(`import "./a.js";${nested("import(", "1", ")")}`),
  "exports of a script": () => script(`import "./a.js";${each((n) => `export const a${n} = 1;`)}`),
  "names of an export": () => script(`export { ${each((n) => `a as b${n},`)} } from "./a.js"`),
  "operators of a script": () => script(`import "./a.js"; 1${times("+1")}`),
  "objects of an import map": () => importMap(nested(`{"imports":`, "1", "}")),
  "scopes of an import map": () => importMap(`{"scopes":{${each((n) => `"/${n}/":{"x/":"/y/"},`)}"/":{}}}`),
  "names of an import map": () => importMap(`{"imports":{${each((n) => `"${n}/":"/y/",`)}"x/":"/x/"}}`),
  "slashes of a specifier": () => importMap(`{"imports":{"x/":"/x/"}}`, `import "y${times("/a")}";`),
  "import maps": () => html(times(`<script type=importmap>{"imports":{"x/":"/x/"}}</script>`, DEEP)),
};
