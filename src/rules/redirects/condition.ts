import type { LineError } from "../rule-lines.js";

/** What a rule wants of a request beside its URL. */
export type Condition =
  | { readonly kind: "language"; readonly languages: readonly string[] }
  | { readonly kind: "cookie"; readonly names: readonly string[] }
  /** Of what is not known here: where a client is, what role it has. */
  | { readonly kind: "unknown"; readonly text: string };

/** The request's fields that rules look at. */
export interface RequestFields {
  readonly authorization?: string | undefined;
  readonly "accept-language"?: string | undefined;
  readonly cookie?: string | undefined;
}

/** Reads `Language=en,fr`, `Cookie=name`, `Country=au,nz`, `Role=admin`. */
export function parseCondition(text: string, line: number, errors: LineError[]): Condition | undefined {
  const [, name = "", values = ""] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
  const list = values.split(",").filter((value) => value !== "");
  switch (name.toLowerCase()) {
    case "language":
      return { kind: "language", languages: list.map((language) => language.toLowerCase()) };
    case "cookie":
      return { kind: "cookie", names: list };
    case "country":
    case "role":
      return { kind: "unknown", text };
    default:
      errors.push({
        line,
        message: `no such condition: ${text}`,
        hint: "conditions are Language, Cookie, Country and Role",
      });
      return undefined;
  }
}

export function holds(condition: Condition, fields: RequestFields): boolean {
  switch (condition.kind) {
    case "language": {
      const preferred = preferredLanguage(fields["accept-language"] ?? "");
      return condition.languages.some((language) => preferred === language || preferred.startsWith(`${language}-`));
    }
    case "cookie": {
      const names = new Set((fields.cookie ?? "").split(";").map((pair) => pair.split("=", 1)[0]?.trim()));
      return condition.names.some((name) => names.has(name));
    }
    case "unknown":
      return false;
  }
}

/** The language that a client likes best, in lower case (RFC 9110 §12.5.4); "" when it does not say. */
function preferredLanguage(field: string): string {
  let best = "";
  let weight = 0;
  for (const part of field.split(",")) {
    const [range = "", parameter] = part.split(";", 2);
    const quality = parameter === undefined ? 1 : Number(/^\s*q=([\d.]+)\s*$/i.exec(parameter)?.[1] ?? 0);
    if (quality > weight) [best, weight] = [range.trim().toLowerCase(), quality];
  }
  return best;
}
