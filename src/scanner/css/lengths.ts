/** What the units of the viewport are taken of, in CSS pixels. */
interface Area {
  readonly width: number;
  readonly height: number;
}

const PIXELS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    px: 1,
    em: 16,
    rem: 16,
    // Half of the font size, where nothing better is known (CSS Values 4 §6.1.1).
    ch: 8,
    ex: 8,
    in: 96,
    cm: 96 / 2.54,
    mm: 96 / 25.4,
    pt: 96 / 72,
    pc: 16,
    q: 96 / 101.6,
  }),
);

/** A length in CSS pixels, with the initial font size of 16 pixels; undefined for anything else. */
export function lengthInPixels(text: string, viewport: Area): number | undefined {
  const match = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)([a-z]*)$/i.exec(text.trim());
  if (match === null) return undefined;
  const value = Number(match[1]);
  const unit = (match[2] ?? "").toLowerCase();
  if (unit === "") return value === 0 ? 0 : undefined;
  const side = VIEWPORT_UNIT.exec(unit)?.[1];
  if (side !== undefined) return (value * sideOf(side, viewport)) / 100;
  const pixels = PIXELS.get(unit);
  return pixels === undefined ? undefined : value * pixels;
}

/** Units of the viewport: of a desktop's window the small, the large and the dynamic one are the same. */
const VIEWPORT_UNIT = /^[sld]?v(w|h|i|b|min|max)$/;

function sideOf(side: string, { width, height }: Area): number {
  if (side === "min") return Math.min(width, height);
  if (side === "max") return Math.max(width, height);
  return side === "h" || side === "b" ? height : width;
}

/** A number, or a length in CSS pixels. */
interface Amount {
  readonly value: number;
  readonly isLength: boolean;
}

const TOKEN = /\s+[-+]\s+|[(),*/]|[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?(?:[a-z]+|%)?|[a-z]+/gy;
/** How deep parentheses are followed: far beyond what a person writes. */
const MAX_DEPTH = 32;

/** The length in CSS pixels that a math function of CSS Values 4 §10 comes to; undefined for anything else. */
export function mathInPixels(text: string, viewport: Area): number | undefined {
  const lower = text.trim().toLowerCase();
  if (!/^(?:calc|min|max|clamp)\(/.test(lower)) return undefined;
  const result = new MathReader(lower, viewport).read();
  return result?.isLength === true ? result.value : undefined;
}

class MathReader {
  readonly #tokens: string[] = [];
  readonly #viewport: Area;
  #at = 0;
  #depth = 0;

  constructor(text: string, viewport: Area) {
    this.#viewport = viewport;
    const compact = text.replaceAll(/\s+/g, " ").replaceAll(/ ?([,*/]) ?|(\() | (\))/g, "$1$2$3");
    let end = 0;
    for (const match of compact.matchAll(TOKEN)) {
      this.#tokens.push(match[0].trim());
      end = match.index + match[0].length;
    }
    if (end !== compact.length) this.#tokens.length = 0;
  }

  read(): Amount | undefined {
    const result = this.#value();
    return this.#at === this.#tokens.length ? result : undefined;
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }

  #sum(): Amount | undefined {
    let left = this.#product();
    while (this.#tokens[this.#at] === "+" || this.#tokens[this.#at] === "-") {
      const sign = this.#take("+") ? 1 : -1;
      if (sign < 0) this.#at += 1;
      const right = this.#product();
      if (left === undefined || right === undefined || left.isLength !== right.isLength) return undefined;
      left = { value: left.value + sign * right.value, isLength: left.isLength };
    }
    return left;
  }

  #product(): Amount | undefined {
    let left = this.#value();
    for (;;) {
      const isQuotient = this.#take("/");
      if (!isQuotient && !this.#take("*")) return left;
      const right = this.#value();
      if (left === undefined || right === undefined) return undefined;
      if (right.isLength && (isQuotient || left.isLength)) return undefined;
      const value = isQuotient ? left.value / right.value : left.value * right.value;
      left = { value, isLength: left.isLength || right.isLength };
    }
  }

  /** A number, a length, or a function of sums; parentheses alone are `calc()`. */
  #value(): Amount | undefined {
    const token = this.#tokens[this.#at] ?? "";
    if (token === "(" || /^[a-z]/.test(token)) {
      if (token !== "(") this.#at += 1;
      return this.#function(token === "(" ? "calc" : token);
    }
    this.#at += 1;
    const number = /^[-+]?[\d.]+(?:e[-+]?\d+)?$/.test(token);
    const value = number ? Number(token) : lengthInPixels(token, this.#viewport);
    return value === undefined ? undefined : { value, isLength: !number };
  }

  #function(name: string): Amount | undefined {
    if (!this.#take("(") || this.#depth >= MAX_DEPTH) return undefined;
    this.#depth += 1;
    const values: Amount[] = [];
    do {
      const value = this.#sum();
      if (value === undefined) return undefined;
      values.push(value);
    } while (this.#take(","));
    this.#depth -= 1;
    return this.#take(")") ? result(name, values) : undefined;
  }
}

function result(name: string, values: readonly Amount[]): Amount | undefined {
  const [first, second, third] = values;
  if (first === undefined || values.some(({ isLength }) => isLength !== first.isLength)) return undefined;
  const { isLength } = first;
  // Not spread into a call: a list can have more members than a call may have arguments.
  if (name === "min") return values.reduce((least, own) => (own.value < least.value ? own : least));
  if (name === "max") return values.reduce((most, own) => (own.value > most.value ? own : most));
  if (name === "clamp" && second !== undefined && third !== undefined && values.length === 3) {
    return { value: Math.max(first.value, Math.min(second.value, third.value)), isLength };
  }
  return name === "calc" && values.length === 1 ? first : undefined;
}
