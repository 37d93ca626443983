/** The content codings that we send (RFC 9110 §8.4.1), the one we prefer first. */
export const codings = ["br", "zstd", "gzip"] as const;
export type Coding = (typeof codings)[number];

/** A coding, or none. */
export type Selected = Coding | "identity";

/** What the name of a precompressed file ends with, beside the one that it stands for. */
export const suffixes: Readonly<Record<Coding, string>> = { br: ".br", zstd: ".zst", gzip: ".gz" };

const PREFERENCE: readonly Selected[] = [...codings, "identity"];

/**
 * The codings that an `accept-encoding` field allows, the best first (RFC
 * 9110 §12.5.3). "identity" is always among them: where nothing else is
 * there, a response without coding is better than none.
 */
export function acceptable(field: string | undefined): readonly Selected[] {
  const weights = weightsIn(field ?? "");
  const any = weights.get("*");
  const listed: { readonly coding: Selected; readonly weight: number }[] = [];
  for (const coding of PREFERENCE) {
    const weight = weights.get(coding) ?? any ?? 0;
    if (weight > 0) listed.push({ coding, weight });
  }
  // The sort is stable: among equals our own order holds.
  const order = listed.sort((a, b) => b.weight - a.weight).map(({ coding }) => coding);
  return order.includes("identity") ? order : [...order, "identity"];
}

/** Weight of each coding, in lower case; one without is 1, and one that is broken 0 (RFC 9110 §12.4.2). */
function weightsIn(field: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const item of field.split(",")) {
    const [name = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
    if (name === "") continue;
    // A recipient takes x-gzip for gzip (RFC 9110 §8.4.1.3).
    const coding = name === "x-gzip" ? "gzip" : name;
    weights.set(coding, Math.max(weights.get(coding) ?? 0, weightOf(parameters)));
  }
  return weights;
}

function weightOf(parameters: readonly string[]): number {
  const q = parameters.find((parameter) => /^q\s*=/.test(parameter));
  if (q === undefined) return 1;
  const value = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.exec(q)?.[1];
  return value === undefined ? 0 : Number(value);
}

/** Types outside `text/` whose content becomes much smaller. What is not here is compressed already. */
const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:javascript|json|manifest|rtf|toml|wasm|xml|x-sh|x-tex|.*\+(?:json|xml))|font\/(?:otf|ttf|collection)|application\/vnd\.ms-fontobject|image\/(?:bmp|svg|x-icon|x-ms-bmp)|model\/(?:gltf\+json|obj|stl))/;

/** Whether content of a media type is worth compressing. */
export function isCompressible(contentType: string): boolean {
  return COMPRESSIBLE.test(contentType);
}
