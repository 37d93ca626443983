import type { PageNeeds } from "../../scanner/types.js";
import { conditionsOf } from "../conditions.js";
import type { Report } from "../types.js";
import { escaped } from "./markup.js";
import { pageSection } from "./page-section.js";
import styles from "./report.css?raw";
import { KEY } from "./load-waterfall.js";

/** A report as one document, which asks for nothing and runs nothing. */
export function htmlReport(report: Report, needs: ReadonlyMap<string, PageNeeds>): string {
  const { date, browser, pages } = report;
  const facts = [date.slice(0, 10), browser, ...conditionsOf(report)];
  const key = KEY.map(([name, text]) => `<span class="${name}">${text}</span>`).join(" ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>h2push report</title>
<link rel="icon" href="data:,">
<style>
${styles}</style>
</head>
<body>
<header>
<h1>h2push report</h1>
<p>${escaped(facts.join("; "))}.</p>
<p class="quiet">Times count from the request for the page; ± is half of what the middle half of the loads spans. A difference is shown where the exact permutation test of rank sums says that chance makes it in less than 1 of 100 cases, and where it is at least 3 % and 10 ms. All waterfalls of a page have one time line; a bar is hollow until the first byte.</p>
<p class="key">${key}</p>
</header>
<main>
${pages.map((page) => pageSection(page, needs.get(page.path))).join("\n")}
</main>
</body>
</html>
`;
}
