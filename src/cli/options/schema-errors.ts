import type { JsonType } from "../../server/options/option.js";

/** Whether a value from JSON is of a type. */
export function isOfType(value: unknown, type: JsonType): boolean {
  if ("anyOf" in type) return type.anyOf.some((one) => isOfType(value, one));
  if ("enum" in type) return typeof value === "string" && type.enum.includes(value);
  switch (type.type) {
    case "array":
      return Array.isArray(value) && value.every((entry) => isOfType(entry, type.items));
    case "integer":
      return Number.isInteger(value) && isWithin(value, type);
    case "number":
      return typeof value === "number" && isWithin(value, type);
    case "boolean":
    case "string":
      return typeof value === type.type;
  }
}

const isWithin = (value: unknown, { minimum, maximum }: { readonly minimum: number; readonly maximum: number }) =>
  Number(value) >= minimum && Number(value) <= maximum;

/** What is not as it should be in a value: the path to it from there (`[2]`, or ""), what it is, and its type. */
export interface SchemaError {
  readonly path: string;
  readonly value: unknown;
  readonly type: JsonType;
}

/** The first part of a value that is not of its type: an entry of a list, or all of it; undefined when it fits. */
export function schemaError(value: unknown, type: JsonType): SchemaError | undefined {
  if (isOfType(value, type)) return undefined;
  const items = Array.isArray(value) ? itemsOf(type) : undefined;
  if (!Array.isArray(value) || items === undefined) return { path: "", value, type };
  const index = value.findIndex((entry) => !isOfType(entry, items));
  return { path: `[${index}]`, value: value[index], type: items };
}

function itemsOf(type: JsonType): JsonType | undefined {
  if ("anyOf" in type) return type.anyOf.map(itemsOf).find((items) => items !== undefined);
  return "type" in type && type.type === "array" ? type.items : undefined;
}

/** A type in words: `true or false`, `a whole number from 0 to 65535 or "window"`. */
export function inWords(type: JsonType): string {
  if ("anyOf" in type) return type.anyOf.map(inWords).join(" or ");
  if ("enum" in type) {
    return `${type.enum.length > 1 ? "one of " : ""}${type.enum.map((value) => JSON.stringify(value)).join(", ")}`;
  }
  switch (type.type) {
    case "array":
      return `a list in which each entry is ${inWords(type.items)}`;
    case "boolean":
      return "true or false";
    case "integer":
      return `a whole number from ${type.minimum} to ${type.maximum}`;
    case "number":
      return `a number from ${type.minimum} to ${type.maximum}`;
    case "string":
      return "a string";
  }
}
