import { expect, test } from "vitest";
import { PageLoad } from "../../src/learn/page-load.js";
import { WrongForms } from "../../src/learn/wrong-forms.js";

/** A load by a connection in which `/a.js` was asked for so many times, and announced or not. */
function load(connection: number, times: number, announced: boolean, kind = "browser"): PageLoad {
  const made = new PageLoad({
    client: { connection, name: kind, kind },
    page: "/",
    version: "1",
    rules: 0,
    needs: { entries: [], mayHaveImportMap: false, reasons: new Map(), missing: [], ignored: [] },
    withoutLearned: false,
    withheld: new Set(),
    isFirst: true,
    announced: () => new Set(announced ? ["/a.js"] : []),
  });
  for (let time = 0; time < times; time++) {
    made.add({ target: "/a.js", destination: "script", mode: "no-cors", byDocument: true, isOpen: true });
  }
  return made;
}

const never = () => false;

test("a target that two connections fetched twice is tried without, and then left alone for 20 loads", () => {
  const forms = new WrongForms();
  forms.judge(load(1, 2, true), 1, never);
  expect(forms.trials("browser").size).toBe(0);
  forms.judge(load(2, 2, true), 2, never);
  expect([...forms.trials("browser")]).toEqual(["/a.js"]);
  expect(forms.trials("other").size).toBe(0);
  expect(forms.judge(load(3, 1, false), 3, never)).toEqual(["/a.js"]);
  expect([...forms.off(4)]).toEqual(["/a.js"]);
  expect([...forms.off(22)]).toEqual(["/a.js"]);
  expect(forms.off(23).size).toBe(0);
});

test("what was asked for once before it was announced needs no trial", () => {
  const forms = new WrongForms();
  const learned = () => true;
  forms.judge(load(1, 2, true), 1, learned);
  expect(forms.judge(load(2, 2, true), 2, learned)).toEqual(["/a.js"]);
});

test("one connection alone proves nothing, however often", () => {
  const forms = new WrongForms();
  for (let number = 1; number < 9; number++) expect(forms.judge(load(1, 2, true), number, () => true)).toEqual([]);
  expect(forms.off(9).size).toBe(0);
});

test("what a page fetches twice by itself is no fault of the announcement", () => {
  const forms = new WrongForms();
  forms.judge(load(1, 2, true), 1, never);
  forms.judge(load(2, 2, true), 2, never);
  expect(forms.judge(load(3, 2, false), 3, never)).toEqual([]);
  expect(forms.judge(load(4, 2, true), 4, never)).toEqual([]);
  expect(forms.off(5).size).toBe(0);
});

test("a load in which it was taken once clears it", () => {
  const forms = new WrongForms();
  forms.judge(load(1, 2, true), 1, () => true);
  forms.judge(load(2, 1, true), 2, () => true);
  expect(forms.judge(load(3, 2, true), 3, () => true)).toEqual([]);
});

test("left alone wrongly, it is tried again, and after the next time twice as late", () => {
  const forms = new WrongForms();
  for (const number of [1, 2]) forms.judge(load(number, 2, true), number, () => true);
  expect(forms.off(22).size).toBe(0);
  for (const number of [22, 23]) forms.judge(load(number, 2, true), number, () => true);
  expect(forms.off(62).size).toBe(1);
  expect(forms.off(63).size).toBe(0);
});
