/** A test of an attribute: `[name]`, `[name=value]` and the other operators. */
export interface AttributeTest {
  /** Lower-case. */
  readonly name: string;
  /** "", "=", "~=", "|=", "^=", "$=" or "*=". */
  readonly operator: string;
  readonly value: string;
  readonly ignoreCase: boolean;
}

/** What one element must be like. */
export interface Compound {
  tag: string | undefined;
  readonly ids: string[];
  readonly classes: string[];
  readonly attributes: AttributeTest[];
  /** `:is()` and `:where()`: each a list of which one must match. */
  readonly any: (readonly Selector[])[];
  readonly not: (readonly Selector[])[];
  /** `:has()`: a list of what must be among the descendants or the siblings that follow. */
  readonly has: (readonly Selector[])[];
  /** Something that the outline of a page can't decide: position among siblings, `:has()`, state. */
  undecided: boolean;
  /** `:empty`: what has text or elements in it is not meant. */
  empty: boolean;
  /** A state that no element has when the page has just been loaded: `:hover`. */
  never: boolean;
}

export type Combinator = " " | ">" | "+" | "~";

/** A complex selector (Selectors 4 §3.1). */
export interface Selector {
  /** The subject first, then what stands to its left. */
  readonly compounds: readonly Compound[];
  /** `combinators[n]` stands between `compounds[n]` and `compounds[n + 1]`. */
  readonly combinators: readonly Combinator[];
  readonly pseudo: "" | "before" | "after" | "text";
  readonly specificity: number;
}

/** Whether an attribute's value passes a test. */
export function passesTest({ operator, value, ignoreCase }: AttributeTest, actual: string): boolean {
  const left = ignoreCase ? actual.toLowerCase() : actual;
  const right = ignoreCase ? value.toLowerCase() : value;
  switch (operator) {
    case "":
      return true;
    case "=":
      return left === right;
    case "~=":
      return right !== "" && left.split(/[\t\n\f\r ]+/).includes(right);
    case "|=":
      return left === right || left.startsWith(`${right}-`);
    case "^=":
      return right !== "" && left.startsWith(right);
    case "$=":
      return right !== "" && left.endsWith(right);
    case "*=":
      return right !== "" && left.includes(right);
    default:
      return false;
  }
}

/**
 * Whether a selector asks for what a page most often has only until its first
 * script runs: no class or attribute on the root or the body (`html:not(.js)`),
 * the class `no-js`, or the theme that the HTML begins with.
 */
export function endsWithScripts(selector: Selector): boolean {
  let ends = endings.get(selector);
  if (ends === undefined) {
    const { compounds } = selector;
    ends = compounds.some(isOfNoScript) || compounds.some((compound, at) => isOfTheme(compound, at > 0));
    endings.set(selector, ends);
  }
  return ends;
}

const endings = new WeakMap<Selector, boolean>();

const isRoot = ({ tag }: Compound) => tag === "html" || tag === "body";

const isOfNoScript = (compound: Compound) =>
  compound.classes.includes("no-js") || (compound.not.length > 0 && isRoot(compound));

/**
 * Whether it asks for a class or an attribute by which scripts set the theme
 * that the user has chosen. A class of that name counts around something alone:
 * "light" may be a weight.
 */
function isOfTheme(compound: Compound, isAround: boolean): boolean {
  const { classes, attributes } = compound;
  const isThemeClass = (name: string) => /^(?:theme-)?(?:light|dark)(?:-(?:theme|mode))?$/i.test(name);
  const isThemeAttribute = ({ name }: AttributeTest) => /(?:^|-)(?:theme|mode|color-scheme)$/.test(name);
  return ((isAround || isRoot(compound)) && classes.some(isThemeClass)) || attributes.some(isThemeAttribute);
}

/** What frameworks hide until their scripts have run: Vue (`v-cloak`), Alpine (`x-cloak`), AngularJS (`ng-cloak`), Owl Carousel. */
const CLOAKS = /^(?:(?:.*[-_])?cloak|owl-carousel)$/;

/**
 * Whether what it hides is most likely shown by scripts before the page has loaded: the whole page, what is hidden
 * where no script runs, and what has a framework's name.
 */
export function isCloak({ compounds }: Selector): boolean {
  const [subject] = compounds;
  const isNamed = ({ classes, attributes }: Compound) =>
    classes.some((name) => CLOAKS.test(name)) || attributes.some(({ name }) => CLOAKS.test(name));
  const isRootHidden = subject !== undefined && isRoot(subject);
  return isRootHidden || compounds.some((one) => isNamed(one) || one.classes.includes("no-js"));
}

/**
 * Calls `visit` for every compound of a selector, those in `:is()` and `:not()`
 * too. A selector that is in `known` is passed over, and is in it thereafter:
 * rules that are nested share those of the rules around them.
 */
export function eachCompound(selector: Selector, known: WeakSet<Selector>, visit: (compound: Compound) => void): void {
  if (known.has(selector)) return;
  known.add(selector);
  for (const compound of selector.compounds) {
    visit(compound);
    for (const list of [...compound.any, ...compound.not, ...compound.has])
      for (const inner of list) eachCompound(inner, known, visit);
  }
}
