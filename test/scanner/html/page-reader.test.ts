import { expect, test } from "vitest";

import { htmlToUtf8 } from "../../../src/scanner/html/document-encoding.js";
import { readHtml } from "../../../src/scanner/html/page-reader.js";
import type { HtmlFacts } from "../../../src/scanner/html/facts.js";
import { NEED } from "../../../src/scanner/url/reference.js";

const read = (html: string | Buffer): HtmlFacts =>
  readHtml(htmlToUtf8(typeof html === "string" ? Buffer.from(html) : html));
const urls = (html: string | Buffer): string[] => read(html).references.map(({ url }) => url);

test.each([
  ["a stylesheet", `<link rel=stylesheet href=a.css>`, ["a.css"]],
  ["names in any case", `<LINK REL=StyleSheet HREF='a.css'>`, ["a.css"]],
  ["a preload", `<link rel=preload as=font href=a.woff2 crossorigin>`, ["a.woff2"]],
  ["a module preload", `<link rel=modulepreload href=a.js>`, ["a.js"]],
  ["a script", `<script src="a.js"></script>`, ["a.js"]],
  ["a script of an old type", `<script type="text/x-javascript" src=a.js></script>`, ["a.js"]],
  ["a script of an old language", `<script language="JavaScript1.2" src=a.js></script>`, ["a.js"]],
  ["an image", `<img src=a.png>`, ["a.png"]],
  ["an image by its old name", `<image src=a.png>`, ["a.png"]],
  ["a poster", `<video poster=a.png preload=none src=a.mp4></video>`, ["a.png"]],
  ["a video", `<video src=a.mp4></video>`, ["a.mp4"]],
  ["the first source that plays", `<audio><source src=a.x type=audio/x-y><source src=b.mp3></audio>`, ["b.mp3"]],
  ["an image button", `<input type=IMAGE src=a.png>`, ["a.png"]],
  ["a frame", `<iframe src=a.html></iframe>`, ["a.html"]],
  ["an object and an embed", `<object data=a.svg></object><embed src=b.svg>`, ["a.svg", "b.svg"]],
  ["an SVG image", `<svg><image href=a.png /></svg>`, ["a.png"]],
  ["an SVG image with the old attribute", `<svg><image xlink:href=a.png /></svg>`, ["a.png"]],
  ["a background attribute", `<body background=a.png>`, ["a.png"]],
  ["character references", `<img src="a.png?x=1&amp;y=2&#x41;">`, ["a.png?x=1&y=2A"]],
  ["an ampersand before a name without semicolon", `<img src="a.png?x=1&copy=2">`, ["a.png?x=1&copy=2"]],
  ["non-ASCII names", `<img src="größe.png">`, ["größe.png"]],
  ["a declared encoding", Buffer.from(`<meta charset=windows-1252><img src="gr\u00f6.png">`, "latin1"), ["grö.png"]],
  ["a byte order mark", `\ufeff<img src="ö.png">`, ["ö.png"]],
  ["UTF-16", Buffer.from(`\ufeff<img src="ö.png">`, "utf16le"), ["ö.png"]],
  ["a shadow root", `<template shadowrootmode=open><img src=a.png></template>`, ["a.png"]],
  ["a preload of a font", `<link rel=preload as=font type=font/woff2 href=a.woff2>`, ["a.woff2"]],
  ["a video that plays by itself", `<video preload=none autoplay muted src=a.mp4></video>`, ["a.mp4"]],
  [
    "the source whose codec is played",
    `<video><source src=a type="video/ogg; codecs=theora"><source src=b></video>`,
    ["b"],
  ],
  ["what follows a template", `<template><template></template></template><img src=a.png>`, ["a.png"]],
  ["an attribute given twice, the first time", `<img src=a.png src=b.png>`, ["a.png"]],
  ["attributes without spaces between", `<img alt=""src=a.png>`, ["a.png"]],
  ["a slash in an unquoted value", `<img src=img/a.png/>`, ["img/a.png/"]],
  ["NULs around", `\0<img src=a.png>\0`, ["a.png"]],
])("takes %s", (_, html, expected) => {
  expect(urls(html)).toEqual(expected);
});

test.each([
  ["a comment", `<!-- <img src=a.png> -->`],
  ["a comment that ends oddly", `<!-- <img src=a.png> --!>`],
  ["a comment that never ends", `<!-- <img src=a.png>`],
  ["noscript", `<noscript><img src=a.png></noscript>`],
  ["a template", `<template><img src=a.png></template>`],
  ["a script's text", `<script>"<img src=a.png>"</script>`],
  ["a title", `<title><img src=a.png></title>`],
  ["a text area", `<textarea><img src=a.png></textarea>`],
  ["text after plaintext", `<plaintext><img src=a.png>`],
  ["a CDATA section in SVG", `<svg><![CDATA[<image href=a.png>]]></svg>`],
  ["a tag that the text ends in", `<img src=a.png`],
  ["an end tag", `</img src=a.png>`],
  ["nomodule", `<script nomodule src=a.js></script>`],
  ["lazy images and frames", `<img loading=lazy src=a.png><iframe loading=lazy src=a.html></iframe>`],
  ["a data block", `<script type="text/template" src=a.js></script>`],
  ["an icon, a manifest, a prefetch", `<link rel=icon href=a><link rel=manifest href=b><link rel=prefetch href=c>`],
  ["a disabled stylesheet", `<link rel=stylesheet disabled href=a.css>`],
  ["a stylesheet in another language", `<link rel=stylesheet type=text/less href=a.less>`],
  ["a preload for another medium", `<link rel=preload as=style media=print href=a.css>`],
  ["a module preload for another medium", `<link rel=modulepreload media=print href=a.js>`],
  ["a preload that no browser takes", `<link rel=preload as=video href=a.mp4>`],
  ["an empty reference", `<img src=""><script src=" "></script>`],
  ["a frame with its own document", `<iframe srcdoc="<p>" src=a.html></iframe>`],
  ["a preload of a type that no browser has", `<link rel=preload as=font type=application/font-woff href=a.woff>`],
  ["a preload of a stylesheet in another language", `<link rel=preload as=style type=text/less href=a.less>`],
  ["a video that may not play by itself", `<video preload=none autoplay src=a.mp4></video>`],
  ["what is for a plugin", `<object data=a.swf></object><embed src=b type="application/x-shockwave-flash">`],
  ["a script of a type with a space", `<script type=" module " src=a.js></script>`],
  ["a refresh", `<meta http-equiv=refresh content="0; url=a.html">`],
])("leaves out %s", (_, html) => {
  expect(urls(html)).toEqual([]);
});

test.each([
  [`<script>/* <!-- <script> </script> --> */ "<img src=a.png>"</script><img src=b.png>`, ["b.png"]],
  [`<script><!-- </script><img src=b.png>`, ["b.png"]],
  [`<script><!-- --> <script> </script><img src=b.png>`, ["b.png"]],
  [`<script><!-- <script> </script> <img src=a.png> --></script><img src=b.png>`, ["b.png"]],
  [`<script></scripty><img src=a.png></script ><img src=b.png>`, ["b.png"]],
])("ends a script where the standard does: %s", (html, expected) => {
  expect(urls(html)).toEqual(expected);
});

test.each([
  [`<link rel=stylesheet href=a>`, NEED.style],
  [`<link rel=stylesheet media=print href=a>`, NEED.idle],
  [`<link rel="alternate stylesheet" title=b href=a>`, NEED.idle],
  [`<script src=a></script>`, NEED.blockingScript],
  [`<script defer src=a></script>`, NEED.deferredScript],
  [`<script async defer src=a></script>`, NEED.asyncScript],
  [`<script type=module src=a></script>`, NEED.module],
  [`<img src=a>`, NEED.image],
])("knows when %s is needed", (html, need) => {
  expect(read(html).references[0]?.need).toBe(need);
});

test.each([
  [
    `<script src=a crossorigin integrity=sha384-x>`,
    { rel: "preload", crossorigin: "anonymous", integrity: "sha384-x" },
  ],
  [`<script type=module src=a>`, { rel: "modulepreload" }],
  [`<link rel=stylesheet media="(max-width: 9px)" href=a>`, { rel: "preload", media: "(max-width: 9px)" }],
  [`<link rel=preload as=font type=font/woff2 crossorigin href=a>`, { type: "font/woff2", crossorigin: "anonymous" }],
  [
    `<img fetchpriority=high crossorigin=use-credentials src=a>`,
    { fetchpriority: "high", crossorigin: "use-credentials" },
  ],
])("repeats in the link what %s says", (html, expected) => {
  expect(read(html).references[0]).toMatchObject(expected);
});

test.each([
  [`<img src=s.png srcset="m.png 640w, l.png 1280w, x.png 2560w" sizes="50vw">`, "m.png"],
  [`<img src=s.png srcset="m.png 640w, l.png 1280w">`, "l.png"],
  [`<img src=s.png srcset="l.png 2x">`, "s.png"],
  [`<img srcset="s.png, l.png 2x">`, "s.png"],
  [`<picture><source srcset=a.avif type=image/avif><img src=a.jpg></picture>`, "a.avif"],
  [`<picture><source srcset=a.jp2 type=image/jp2><img src=a.jpg></picture>`, "a.jpg"],
  [`<picture><source srcset=a.jxl type=image/jxl><img src=a.jpg></picture>`, "a.jxl"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="min(100vw, 300px)">`, "s"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="max(20vw, 700px)">`, "m"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="clamp(100px, 50vw, 380px)">`, "s"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="(min-width: 1000px) calc((100vw - 80px) / 3), 100vw">`, "s"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="calc(min(100vw, 1000px) * 0.3)">`, "s"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="calc(100vw - (2 * 300px) - 3em)">`, "m"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="calc(100vw / 4)">`, "s"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="calc(1px + 2), 300px">`, "s"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="50vmin">`, "s"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="30dvw">`, "s"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="30ch">`, "s"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="auto, 300px">`, "l"],
  [`<img srcset="s 400w, m 800w, l 1600w" sizes="/* small */ 300px">`, "s"],
  [`<picture><source srcset=n.png media="(max-width: 600px)"><img src=w.png></picture>`, "w.png"],
  [`<picture><source srcset=w.png media="(min-width: 600px)"><img src=n.png></picture>`, "w.png"],
])("takes the candidate that a window of 1280 by 720 takes: %s", (html, expected) => {
  expect(urls(html)).toEqual([expected]);
});

test("keeps the first base, and from where on it counts", () => {
  const html = `<img src=a.png><base href=/x/><base href=/y/><img src=b.png>`;
  expect(read(html).base).toEqual({ href: "/x/", offset: html.indexOf("<base") });
});

test("says why it left something out", () => {
  expect(read(`<img loading=lazy src=a.png>`).ignored).toEqual([
    { url: "a.png", as: "image", offset: 0, reason: "lazy" },
  ]);
});

test.each([
  [`<script src="a.js"/><img src="a.png"/>`, ["a.js", "a.png"]],
  [`<style/><title/><textarea/><iframe/><img src="a.png"/>`, ["a.png"]],
  [`<template/><img src="a.png"/>`, ["a.png"]],
  [`<video/><source src="no.mp4"/><img src="a.png"/>`, ["a.png"]],
  [`<svg><script href="a.js"/></svg><script src="b.js"/><script src="c.js"></script>`, ["a.js", "b.js", "c.js"]],
])("an element of XML ends with its start tag: %s", (xml, expected) => {
  const { references } = readHtml(Buffer.from(xml), { isXml: true });
  expect(references.map(({ url }) => url)).toEqual(expected);
});
