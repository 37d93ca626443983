const page = (head: string, body = "<p>text") =>
  `<!doctype html><meta charset=utf-8><title>A page</title>${head}${body}`;

const style = "<link rel=stylesheet href=/css/site.css>";

const shared = Array.from({ length: 12 }, (_, index) => [
  `guide/part-${index}/page.html`,
  page(style, `<p>part ${index}`),
]);

/** A site with names and links that a configuration has to write with care. */
export const oddSite: Readonly<Record<string, string>> = {
  "index.html": page(`${style}<script type=module src=/js/app.js></script>`),
  "about.html": page("<link rel=stylesheet href=/css/$money.css>"),
  "About.html": page("<link rel=stylesheet href=/css/upper.css>"),
  "docs/index.html": page("<link rel=stylesheet href=/css/site.css?v=%22quoted%22&amp;a=1>"),
  "docs/a (b)+c.html": page("<link rel=stylesheet href=/css/b`quote.css>"),
  "docs/é, ü.html": page("<link rel=stylesheet href='/css/it&#39;s.css'>"),
  "docs/100%.html": page(style),
  "map.html": page(
    '<script type=importmap>{"imports":{"a":"/js/deep.js"}}</script><script type=module src=/js/mapped.js></script>',
  ),
  "plain.html": page("", "<p>nothing"),
  "guide/other.html": page("", "<p>nothing"),
  "guide/part-3/different.html": page("<link rel=stylesheet href=/css/upper.css>"),
  ...Object.fromEntries(shared),
  "css/site.css": '@import "inner.css"; p { background: url(/img/a.png) }',
  "css/inner.css": "p { color: red }",
  "css/$money.css": '@import "$in ner.css";',
  "css/$in ner.css": "p { color: green }",
  "css/upper.css": '@import "inner.css" (min-width: 1px);',
  "css/b`quote.css": '@import "b`inner.css";',
  "css/b`inner.css": "p { color: green }",
  "css/it's.css": `@import "it's inner.css";`,
  "css/it's inner.css": "p { color: green }",
  "img/a.png": "png",
  "js/app.js": 'import "./deep.js"',
  "js/deep.js": 'import "./deepest.js"',
  "js/deepest.js": "1",
  "js/mapped.js": 'import "a"',
};
