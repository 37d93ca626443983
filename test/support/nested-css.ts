import { randomFrom } from "./html-fuzz.js";

/** Images and fonts that generated pages name: every site that has some of them needs these files. */
export const GENERATED_FILES: Readonly<Record<string, string>> = Object.fromEntries([
  ...Array.from({ length: 80 }, (_, n) => [`i/${n}.svg`, `<svg xmlns="http://www.w3.org/2000/svg"/>`]),
  ...Array.from({ length: 4 }, (_, n) => [`f/${n}.woff2`, "no font"]),
]);

/** A page, with a stylesheet in it that nests rules: the same for the same seed. */
export function nestedPage(seed: number): string {
  const page = new NestedPage(seed);
  // A class of its own: what may be a sibling in one page is none in another then.
  const style = `${page.sheet()}.p${seed} { --p: 1 }\n`;
  return `<!doctype html><meta charset=utf-8><link rel=icon href="data:,">\n<style>\n${style}</style>\n<body class=p${seed}>${page.body()}`;
}

const CLASSES = ["a", "b", "c", "d", "e\\:f"];
const TAGS = ["div", "section", "p", "b"];
const GROUPS = [
  "@media screen",
  "@media (min-width: 1px)",
  "@media print",
  "@media not print",
  "@supports (display: grid)",
  "@supports not (display: grid)",
  "@supports selector(&)",
  "@layer one",
  "@layer two",
  "@layer",
];

/** Writes what Chromium decides for certain, and a reader of the page without its layout can, too. */
class NestedPage {
  readonly #seed: number;
  readonly #random: () => number;
  #image = 0;
  #hasSibling = false;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = randomFrom(seed);
  }

  body(): string {
    const element = (depth: number): string => {
      const classes = CLASSES.filter(() => this.#random() < 0.3).map((name) => name.replace("\\", ""));
      const data = this.#pick(["", "", ` data-x="a,b"`, ` data-x="&"`]);
      const inner = depth < 3 ? this.#some(0, 3, () => element(depth + 1)) : "";
      // A "p" would be closed by what it contains.
      const tag = depth < 3 ? this.#pick(["div", "section"]) : this.#pick(["p", "b"]);
      return `<${tag} class="${classes.join(" ")}"${data}>text${inner}</${tag}>`;
    };
    return this.#some(2, 4, () => `${element(1)}<hr class=k>`);
  }

  sheet(): string {
    const faces = [0, 1, 2, 3].map((n) => `@font-face { font-family: F${n}; src: url(/f/${n}.woff2?${this.#seed}) }\n`);
    return faces.join("") + this.#some(2, 5, () => this.#rule("", 0));
  }

  #rule(indent: string, depth: number, parent?: string): string {
    if (this.#random() < 0.2) {
      const inner =
        parent === undefined ? this.#rule(`${indent}  `, depth + 1) : this.#content(`${indent}  `, depth + 1, "");
      return `${indent}${this.#pick(GROUPS)} {\n${inner}${indent}}\n`;
    }
    if (depth < 2 && this.#random() < 0.07) {
      const root = this.#compound();
      return `${indent}@scope (${root}) {\n${this.#rule(`${indent}  `, depth + 1)}${indent}}\n`;
    }
    const prelude = parent === undefined ? this.#list(() => this.#plain()) : this.#list(() => this.#nested());
    return `${indent}${prelude} {\n${this.#content(`${indent}  `, depth + 1, prelude)}${indent}}\n`;
  }

  /** Declarations, rules, and declarations behind them. */
  #content(indent: string, depth: number, prelude: string): string {
    let text = this.#some(1, 2, () => this.#declaration(indent));
    if (!this.#hasSibling && prelude !== "" && this.#random() < 0.3) {
      // Once a page: a reader that does not know the order of siblings takes what may apply, too.
      this.#hasSibling = true;
      text += `${indent}+ hr.k, ~ .no-such { background: ${this.#url()} }\n`;
    }
    if (depth > 3) return text;
    text += this.#some(0, 2, () => this.#rule(indent, depth, prelude));
    if (this.#random() < 0.3) text += this.#declaration(indent);
    return text;
  }

  #declaration(indent: string): string {
    const image = (): string => this.#url();
    const important = this.#random() < 0.1 ? " !important" : "";
    const [text] = [
      this.#pick([
        () => `background: ${image()}${important}`,
        () => `background-image: ${image()}, ${image()}${important}`,
        () => `list-style-image: ${image()}`,
        () => `background: ${image()} ${image()}`,
        () => `--i: ${image()}`,
        () => `background: var(--i, ${image()})`,
        () => `font-family: F${Math.floor(this.#random() * 4)}, serif`,
        () => `background: none`,
        () => `color: red`,
      ])(),
    ];
    return `${indent}${text};\n`;
  }

  #url(): string {
    this.#image += 1;
    return `url(/i/${this.#image % 80}.svg?${this.#seed})`;
  }

  #list(member: () => string): string {
    const members = [member()];
    while (this.#random() < 0.3) members.push(member());
    return members.join(this.#pick([", ", ",", " /* , & { */, "]));
  }

  #compound(): string {
    const name = () => `.${this.#pick(CLASSES)}`;
    return this.#pick([
      name,
      name,
      name,
      () => this.#pick(TAGS),
      () => this.#pick(TAGS) + name(),
      () => name() + name(),
      () => `[data-x="a,b"]`,
      () => `[data-x='&']`,
      () => `:is(${name()}, ${this.#pick(TAGS)}${name()})`,
      () => `:where(${name()}, ${name()})`,
      () => `${name()}:not(${name()}, ${name()})`,
      () => `${name()}:is(:hover, ${name()})`,
      () => `:is(${name()},, ${name()})`,
      () => `${name()}:hover`,
    ])();
  }

  #plain(): string {
    let text = this.#compound();
    while (this.#random() < 0.25) text += this.#pick([" ", " > "]) + this.#compound();
    return text;
  }

  #nested(): string {
    const c = (): string => this.#compound();
    const simple = (): string => `.${this.#pick(CLASSES)}`;
    return this.#pick([
      () => "&",
      () => `& ${c()}`,
      () => `&${simple()}`,
      () => `${simple()}&`,
      () => `${this.#pick(TAGS)}&`,
      () => `${c()} &`,
      () => "&&",
      () => `&&${simple()}`,
      () => `> ${c()}`,
      () => `& > ${c()}`,
      c,
      c,
      () => `${c()} ${c()}`,
      () => `:is(${simple()}, &${simple()})`,
      () => `:is(&, ${simple()}) ${simple()}`,
      () => `&:not(${simple()})`,
      () => `:not(&)${simple()}`,
      () => `${simple()}:not(& ${simple()})`,
      () => `:where(&${simple()}) ${simple()}`,
      () => `&:hover`,
      () => `${simple()}:hover &`,
      () => `&[data-x="a,b"]`,
      () => `& [data-x='&']`,
      () => `&${this.#pick(TAGS)}`,
      () => `& ${simple()} &`,
      () => `& & ${simple()}`,
      () => `> `,
      () => `${simple()}:no-such &`,
    ])();
  }

  #some(least: number, most: number, make: () => string): string {
    const count = least + Math.floor(this.#random() * (most - least + 1));
    return Array.from({ length: count }, make).join("");
  }

  #pick<T>(from: readonly [T, ...T[]] | readonly T[]): T {
    const picked = from[Math.floor(this.#random() * from.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }
}
