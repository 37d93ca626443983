import { markOf } from "../../html/attribute-value.js";
import {
  type AttributeTest,
  type Compound,
  eachCompound,
  passesTest,
  type Selector,
} from "../../css/selectors/types.js";
import { spend } from "../../work.js";
import { hashOf } from "../../html/tag-name.js";

/** Names beyond these belong to no stylesheet that a person wrote. */
const MAX_NAMES = 100_000;
/** Values of an attribute whose tests are remembered. */
const MAX_VALUES = 4096;

/**
 * The names that the stylesheets of a site ask for: of a page's elements
 * only what is in here is kept. It grows with each stylesheet that is read;
 * a page that was read with less of it has to be read again.
 */
export class Vocabulary {
  /** Grows by one whenever a name comes in. */
  generation = 0;
  readonly tags = new Map<string, number>();
  readonly classes = new Set<string>();
  readonly ids = new Set<string>();
  /** 1 for the marks that their bytes have: few other values do. */
  readonly idMarks = new Uint8Array(65_536);
  /** Tests by the hash of the attribute's name, which the lexer has at hand. */
  readonly attributeHashes = new Map<number, AttributeTests>();

  readonly #known = new WeakSet<Selector>();
  /** Whether some stylesheet has fonts: only then the text of a page counts. */
  hasFonts = false;

  addFonts(): void {
    if (this.hasFonts) return;
    this.hasFonts = true;
    this.generation += 1;
  }

  addSelector(selector: Selector): void {
    eachCompound(selector, this.#known, (compound) => this.#compound(compound));
  }

  #compound({ tag, ids, classes, attributes }: Compound): void {
    if (this.generation > MAX_NAMES) return;
    if (tag !== undefined && !this.tags.has(tag)) {
      this.tags.set(tag, this.tags.size + 1);
      this.generation += 1;
    }
    for (const name of ids) {
      this.#add(this.ids, name);
      const bytes = Buffer.from(name);
      this.idMarks[markOf(bytes, 0, bytes.length)] = 1;
    }
    for (const name of classes) this.#add(this.classes, name);
    for (const test of attributes) this.#test(test);
  }

  #add(names: Set<string>, name: string): void {
    if (names.has(name)) return;
    names.add(name);
    this.generation += 1;
  }

  #test(test: AttributeTest): void {
    const hash = hashOf(test.name);
    const tests = this.attributeHashes.get(hash) ?? new AttributeTests();
    this.attributeHashes.set(hash, tests);
    if (tests.add(test)) this.generation += 1;
  }

  /** Keys of the tests that an attribute's value passes. */
  passed(name: string, value: string): readonly string[] {
    return this.attributeHashes.get(hashOf(name))?.passed(value) ?? [];
  }
}

/** The tests of one attribute. */
export class AttributeTests {
  readonly #tests = new Map<string, AttributeTest>();
  /** Keys of the tests that the values met first pass. */
  readonly #passed = new Map<string, readonly string[]>();
  /** Whether the attribute's presence decides them all, whatever its value is. */
  presenceOnly = true;

  add(test: AttributeTest): boolean {
    const key = testKey(test);
    if (this.#tests.has(key)) return false;
    this.#tests.set(key, test);
    this.#passed.clear();
    if (test.operator !== "") this.presenceOnly = false;
    return true;
  }

  passed(value: string): readonly string[] {
    const known = this.#passed.get(value);
    if (known !== undefined) return known;
    const keys: string[] = [];
    spend(this.#tests.size);
    for (const [key, test] of this.#tests) if (passesTest(test, value)) keys.push(key);
    if (this.#passed.size < MAX_VALUES) this.#passed.set(value, keys);
    return keys;
  }
}

/** A name for a test, the same for the same test. */
export function testKey({ name, operator, value, ignoreCase }: AttributeTest): string {
  return `${name}${operator}${value}${ignoreCase ? "\ni" : ""}`;
}
