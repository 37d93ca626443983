const reasons: Readonly<Record<number, string>> = {
  400: "Bad request",
  404: "Not found",
  405: "Method not allowed",
  500: "Internal server error",
};

const escape = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** A small page for a status of 400 or more. `detail` is shown as text. */
export function errorPage(status: number, detail: string): Buffer {
  const title = `${status} ${reasons[status] ?? ""}`.trim();
  return Buffer.from(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem; overflow-wrap: anywhere }</style>
<h1>${title}</h1>
<p>${escape(detail)}</p>
</html>
`);
}
