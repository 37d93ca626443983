import { parse } from "parse5";
import { describe, expect, test } from "vitest";
import { metaPolicies, scriptInsertion, textOf } from "../../../src/server/live-reload/script-insertion.js";
import { throughInsertion, withInsertion } from "../../../src/files/representation/insertion.js";

const SCRIPT = `<script src="/.h2push/live.js" async></script>`;

const inserted = (content: Buffer, contentType = "text/html; charset=utf-8") =>
  withInsertion(content, scriptInsertion(content, contentType));

test.each([
  ["a whole document", `<!doctype html><html lang="en"><head>`, `<title>a</title></head><body>`],
  ["attributes with > in them", `<!doctype html>\n<html data-a="a>b" data-b='>'><head data-c=">">`, `<title></title>`],
  ["comments before the document type", `<!-- > --><!-->\n<?php ?><!doctype html>`, `<p>`],
  ["no head", `<!doctype html><html>`, `<body class="a">`],
  ["no html", `<!doctype html>`, `<title>a</title><body>`],
  ["a body alone", ``, `<body class="a"><p>a`],
  ["text alone", ``, `text`],
  ["nothing", ``, ``],
  ["white space alone", ``, ` \n`],
  ["a tag that only begins like html", `<!doctype html>`, `<htmlx><headx>`],
  ["a header, which is no head", `<!doctype html><html>`, `<header>a</header>`],
  ["an unclosed comment", `<!doctype html>`, `<!-- <head>`],
  ["a comment before the document type that is not closed", ``, `<!-- <!doctype html><head>`],
  ["plaintext", `<!doctype html>`, `<plaintext>`],
  ["a template", `<!doctype html>`, `<template><head></head></template>`],
  ["frames", `<html>`, `<frameset><frame src="a.html"></frameset>`],
  ["upper case", `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN"><HTML><HEAD>`, `<META CHARSET=utf-8>`],
])("goes into a document with %s where the parser opens head", (_what, before, after) => {
  expect(inserted(Buffer.from(before + after)).toString()).toBe(before + SCRIPT + after);
});

/** A tree without our script: what the parser makes of the document. */
function treeOf(html: string): string {
  const lines: string[] = [];
  const walk = (node: unknown, depth: number): void => {
    if (typeof node !== "object" || node === null || !("nodeName" in node)) return;
    const attributes = "attrs" in node ? JSON.stringify(node.attrs) : "";
    if (attributes.includes("/.h2push/live.js")) return;
    const text = "value" in node ? String(node.value) : "data" in node ? String(node.data) : "";
    if (node.nodeName !== "#text" || text.trim() !== "") {
      lines.push(`${" ".repeat(depth)}${String(node.nodeName)} ${attributes} ${text.trim()}`);
    }
    const children: unknown = Reflect.get(node, "childNodes") ?? [];
    if (Array.isArray(children)) for (const child of children) walk(child, depth + 1);
  };
  const document = parse(html);
  lines.push(document.mode);
  walk(document, 0);
  return lines.join("\n");
}

test.each([
  `<!doctype html><html lang=en><head prefix="og: x"><meta charset=utf-8><title>a</title></head><body id=b><p>a</body></html>`,
  `<!doctype html><title>a</title><p>a`,
  `<p>a`,
  `text`,
  `<!doctype html><html class=a><body class=b>text`,
  `<html><frameset cols="1,2"><frame src=a></frameset></html>`,
  `<!doctype html><p>a<plaintext></p>`,
  `<!doctype html><title>a</title><textarea><p>`,
  `<!-- a --><!doctype html><!-- b --><html><!-- c --><head><!-- d --><style>a{}</style>`,
  `<!doctype html><svg><title>a</title></svg>`,
  `<!doctype html PUBLIC "-//W3C//DTD HTML 3.2//EN"><p>a<table>`,
])("leaves what a parser makes of %s as it is, and its mode", (html) => {
  expect(treeOf(inserted(Buffer.from(html)).toString())).toBe(treeOf(html));
});

describe("XML", () => {
  const script = `<script xmlns="http://www.w3.org/1999/xhtml" src="/.h2push/live.js" async="async"></script>`;
  test.each([
    [
      `<?xml version="1.0"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"><head>`,
      `<title/></head></html>`,
    ],
    [`<!DOCTYPE html [ <!ENTITY a "<b>"> ]><html xmlns="http://www.w3.org/1999/xhtml">`, `<body/></html>`],
    [`<!-- a --><h:html xmlns:h="http://www.w3.org/1999/xhtml">`, `<h:body/></h:html>`],
    [`<html>`, `<head/><body/></html>`],
  ])("goes into the root element of %s", (before, after) => {
    expect(inserted(Buffer.from(before + after), "application/xhtml+xml").toString()).toBe(before + script + after);
  });

  test.each([`<html/>`, `text`, `<?xml version="1.0"?>`, `<html a="open`])("stays out of %s", (content) => {
    expect(inserted(Buffer.from(content), "application/xhtml+xml").toString()).toBe(content);
  });
});

describe("byte order marks", () => {
  const html = `<!doctype html><p>ä`;
  const expected = `\ufeff<!doctype html>${SCRIPT}<p>ä`;
  test("stay first, in UTF-8", () => {
    expect(inserted(Buffer.from(`\ufeff${html}`)).toString()).toBe(expected);
  });
  test("say that the script is to be written in UTF-16", () => {
    const little = Buffer.from(`\ufeff${html}`, "utf16le");
    expect(inserted(little).toString("utf16le")).toBe(expected);
    const big = Buffer.from(little).swap16();
    expect(inserted(big).swap16().toString("utf16le")).toBe(expected);
  });
});

test.each([
  [`<script nonce="abc+/=">a</script>`, ` nonce="abc+/="`],
  [`<link rel=stylesheet href=a.css nonce=abc>`, ` nonce="abc"`],
  [`<style data-nonce="no" nonce='abc'></style>`, ` nonce="abc"`],
  [`<script data-a="> nonce=no" src=a.js></script>`, ``],
  [`<p nonce="abc">`, ``],
  [`<script nonce='"><script>alert(1)</script>'>`, ``],
])("carries the nonce of %s", (html, nonce) => {
  const script = `<script src="/.h2push/live.js"${nonce} async></script>`;
  expect(inserted(Buffer.from(html)).toString()).toBe(script + html);
});

test.each([
  [`<meta http-equiv="Content-Security-Policy" content="default-src 'self'">`, [`default-src 'self'`]],
  [`<meta content="default-src &#39;none&#39;" http-equiv=content-security-policy>`, [`default-src 'none'`]],
  [`<meta name="description" content="content-security-policy">`, []],
])("finds the policy in %s", (html, policies) => {
  expect(metaPolicies(textOf(Buffer.from(html)))).toEqual(policies);
});

test("every range of a content with an insertion has the bytes that the whole has there", () => {
  const file = Buffer.from("0123456789");
  for (let at = 0; at <= file.length; at++) {
    const insertion = { at, bytes: Buffer.from("abc") };
    const whole = withInsertion(file, insertion);
    for (let first = 0; first < whole.length; first++) {
      for (let last = first; last < whole.length; last++) {
        const spans = throughInsertion({ first, last }, insertion);
        const bytes = spans.map((span) => ("first" in span ? file.subarray(span.first, span.last + 1) : span));
        expect(Buffer.concat(bytes)).toEqual(whole.subarray(first, last + 1));
      }
    }
  }
});
