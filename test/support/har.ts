import { createRequire } from "node:module";
import { Ajv } from "ajv";
import { expect } from "vitest";

interface Har {
  readonly log: {
    readonly entries: readonly {
      readonly time: number;
      readonly timings: Readonly<Record<string, number>>;
      readonly request: { readonly url: string };
    }[];
  };
}

const load = createRequire(import.meta.url);

interface Schema {
  readonly $id: string;
  readonly properties?: object;
  readonly patternProperties?: object;
  readonly additionalProperties?: boolean;
}

/** The schema, without room for names that it does not know, but for those that begin with `_`. */
const closed = (schema: Schema): Schema =>
  schema.properties === undefined || schema.$id === "cache.json#"
    ? schema
    : { ...schema, patternProperties: { "^_": {} }, additionalProperties: false };

/** What HAR 1.2 says of a file, as a check; fields beyond it are to begin with `_`. */
const validate = (() => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a list of JSON schemas, by their names
  const schemas = load("har-schema") as Readonly<Record<string, Schema>>;
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  ajv.addMetaSchema(load("ajv/lib/refs/json-schema-draft-06.json"));
  for (const schema of Object.values(schemas)) ajv.addSchema(closed(schema));
  return ajv.getSchema("har.json#");
})();

/** Holds a file against HAR 1.2: its form, its times, and that each request is there once. Returns its URLs. */
export function expectHar(text: string): string[] {
  const har: Har = JSON.parse(text);
  const isValid = validate?.(har);
  expect(validate?.errors).toBeNull();
  expect(isValid).toBe(true);
  for (const { time, timings } of har.log.entries) {
    const parts = Object.values(timings);
    expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(time, 3);
  }
  const urls = har.log.entries.map(({ request }) => request.url);
  expect(urls).toEqual([...new Set(urls)]);
  return urls;
}
