import { expect, test } from "vitest";
import { readPriority } from "../../src/delivery/priority.js";

test.each<[string | undefined, number, boolean]>([
  [undefined, 3, false],
  ["", 3, false],
  ["u=0", 0, false],
  ["u=7, i", 7, true],
  ["i", 3, true],
  ["i=?1", 3, true],
  ["i=?0", 3, false],
  ["u=0,i", 0, true],
  [" u=5 ,\ti ", 5, true],
  ["u=8", 3, false],
  ["u=-1", 3, false],
  ["u=1.5", 3, false],
  ["u", 3, false],
  ["u=2;x=1, i;y", 2, true],
  ["x=1, u=4, y", 4, false],
  ["u=1, u=6", 6, false],
  ["\0,,=,u=", 3, false],
])("reads the priority field %j as urgency %i, incremental %s", (field, urgency, incremental) => {
  expect(readPriority(field)).toEqual({ urgency, incremental });
});
