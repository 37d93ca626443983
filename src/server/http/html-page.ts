import { escapeHtml } from "../../io/text/escape-html.js";

/**
 * A page of the server's own, that needs nothing beside itself.
 *
 * @param title shown as text
 * @param body HTML
 */
export function page(title: string, body: string, style = ""): Buffer {
  return Buffer.from(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; overflow-wrap: anywhere }${style}</style>
${body}
</html>
`);
}
