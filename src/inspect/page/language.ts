import { pathOf } from "../../io/request-target.js";

/** The languages that there are texts in; the first is for those who ask for none of them. */
export const languages = ["en", "zh"] as const;

export type Language = (typeof languages)[number];

/**
 * The language of a page: the one that its URL asks for by `?lang=`, else the
 * one that the client likes best (`accept-language`, RFC 9110 §12.5.4).
 */
export function languageFor(target: string, accepted: string | undefined): Language {
  const asked = new URLSearchParams(target.slice(pathOf(target).length)).get("lang");
  const wanted = [asked ?? [], liked(accepted ?? "")].flat();
  const found = wanted.map((name) => languages.find((language) => language === primary(name)));
  return found.find((language) => language !== undefined) ?? languages[0];
}

/** "zh" of "zh-Hans-CN" (RFC 4647 §3.4). */
const primary = (range: string) => range.toLowerCase().replace(/-.*/, "");

/** Language ranges, the best first. */
function liked(accepted: string): string[] {
  const ranges = accepted.split(",").map((part) => {
    const [range = "", weight = ""] = part.trim().split(/\s*;\s*q=/);
    return { range, weight: weight === "" ? 1 : Number(weight) };
  });
  return ranges
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight)
    .map(({ range }) => range);
}
