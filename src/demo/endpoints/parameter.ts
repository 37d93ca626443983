import { BadValue } from "./problem.js";

/** A whole number that a query may carry, from `min` to `max` inclusive. */
export interface IntegerParameter<Fallback extends number | undefined = number> {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** What holds when the query does not name it. */
  readonly fallback: Fallback;
}

/** The parameter's value in the query of `url`; throws BadValue when it is none, out of range or given twice. */
export function integerParameter<Fallback extends number | undefined>(
  url: string,
  parameter: IntegerParameter<Fallback>,
): number | Fallback {
  const values = new URL(url).searchParams.getAll(parameter.name);
  if (values.length > 1) throw new BadValue(`${parameter.name} is given ${values.length} times`);
  const [text] = values;
  return text === undefined ? parameter.fallback : integer(text, parameter);
}

/** Reads a whole number in decimal digits; throws BadValue otherwise. */
export function integer(text: string, bounds: Pick<IntegerParameter, "name" | "min" | "max">): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw new BadValue(`${bounds.name} must be a whole number from ${bounds.min} to ${bounds.max}, not "${text}"`);
}
