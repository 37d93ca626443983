import { expect, test } from "vitest";
import { depthOf, figuresOf, type WayLoads } from "../../src/report/page-figures.js";
import { isOpen, verdictOf } from "../../src/report/verdict.js";
import { load, loadsOf, request } from "./loads.js";

const circumstances = { rtt: 100, kbps: 0, think: 0, runs: 5 };
const verdict = (ways: readonly WayLoads[], more: Partial<typeof circumstances> = {}) =>
  verdictOf(figuresOf(ways), { ...circumstances, ...more });

const linked = { announced: ["/b.js"] };

test("what makes the page faster is named, with what it gains and why", () => {
  const { use, harmful, text } = verdict([loadsOf("none", 800), loadsOf("auto", 600, linked)]);
  expect({ use, harmful }).toEqual({ use: "auto", harmful: [] });
  expect(text).toBe(
    "Use h2push as it is: largest paint 800 → 600 ms (-25 %), load event 800 → 600 ms (-25 %); 1 file is announced.",
  );
});

test("what makes the page slower is named, whatever else there is", () => {
  const { use, harmful, text } = verdict([
    loadsOf("none", 800),
    loadsOf("auto", 600, linked),
    loadsOf("link all", 1000),
  ]);
  expect({ use, harmful }).toEqual({ use: "auto", harmful: ["link all"] });
  expect(text).toMatch(/ Not link all: largest paint 800 → 1000 ms \(\+25 %\)\.$/);
});

test.each([
  ["Use --delivery none: nothing makes this page faster", [loadsOf("auto", 1000, linked), loadsOf("learned", 1010)]],
  ["Use --no-learn: nothing makes this page faster", [loadsOf("auto", 800, linked), loadsOf("learned", 1000)]],
  ["Use --no-learn: largest paint 800 → 600 ms", [loadsOf("auto", 600, linked), loadsOf("learned", 1000)]],
  ["Leave it as it is: nothing makes this page faster", [loadsOf("auto", 800, linked), loadsOf("link all", 1000)]],
])("h2push is not to be left as it is where that harms: %s", (said, others) => {
  expect(verdict([loadsOf("none", 800), ...others]).text.slice(0, said.length)).toBe(said);
});

test("a gain in one time does not make up for a loss in another", () => {
  const mixed = loadsOf("link all", 600, linked);
  const loads = mixed.loads.map((one, at) => ({ ...one, lcp: 1500 + at }));
  const { use, harmful } = verdict([loadsOf("none", 800), { ...mixed, loads }]);
  expect({ use, harmful }).toEqual({ use: undefined, harmful: ["link all"] });
});

test("of ways that are equally good, the one that asks less of the user is named", () => {
  const ways = [loadsOf("none", 800), loadsOf("auto", 603), loadsOf("learned", 601), loadsOf("link all", 599)];
  expect(verdict(ways).use).toBe("auto");
  expect(verdict([loadsOf("none", 800), loadsOf("auto", 700), loadsOf("learned", 500)]).use).toBe("learned");
});

test.each([
  ["noise", loadsOf("auto", 805, linked)],
  ["2 % less", loadsOf("auto", 784, linked)],
  [
    "one load out of five",
    { way: loadsOf("auto", 0).way, loads: [300, 795, 801, 803, 806].map((ms) => load(ms, linked)) },
  ],
])("no difference is called one: %s", (_, auto) => {
  const { use, harmful, text } = verdict([loadsOf("none", 800), auto]);
  expect({ use, harmful }).toEqual({ use: undefined, harmful: [] });
  expect(text).toMatch(/^Leave it as it is: nothing makes this page faster\./);
});

test("a gain of less than a fifth is told, and is no reason to do anything", () => {
  const ways = [loadsOf("none", 800), loadsOf("auto", 770, linked), loadsOf("hints", 740, linked)];
  const { use, harmful, text } = verdict(ways, { think: 100 });
  expect({ use, harmful }).toEqual({ use: undefined, harmful: [] });
  expect(text).toBe(
    "Leave it as it is: nothing makes the largest paint or the load event sooner by a fifth. The most is by hints: largest paint 800 → 740 ms (-7 %).",
  );
  expect(verdict([loadsOf("none", 800), loadsOf("auto", 860, linked)]).harmful).toEqual([]);
  expect(verdict([loadsOf("none", 800), loadsOf("auto", 890, linked)]).harmful).toEqual(["auto"]);
});

test("what gains in one time and harms in another is not named as a gain", () => {
  const mixed = loadsOf("link all", 600, linked);
  const loads = mixed.loads.map((one, at) => ({ ...one, lcp: 1500 + at }));
  expect(verdict([loadsOf("none", 800), { ...mixed, loads }]).text).toMatch(
    /^Leave it as it is: nothing makes this page faster\./,
  );
});

const alone = { requests: [request("/", { destination: "document", means: "page" })] };

test.each([
  ["everything is in the HTML itself", alone, {}],
  [
    "The HTML names all that it needs",
    { requests: [request("/", { means: "page" }), request("/a.js", { by: "/" })] },
    {},
  ],
  ["What scripts and frames load is left to the browser (the chain is 2 deep)", {}, {}],
  [
    "What scripts and frames load is left to the browser (the chain is 1 deep)",
    { requests: [request("/", { means: "page" }), request("/data.json", { by: "/", destination: "" })] },
    {},
  ],
  ["only fewer bytes help", { ...linked, requests: [request("/", { bytes: 95_000, end: 800 })] }, { kbps: 1000 }],
  ["takes only 4 ms", linked, { rtt: 4 }],
  ["nothing that is painted or loaded waits", linked, {}],
])("that nothing helps has a reason: %s", (reason, what, more) => {
  const requests = "requests" in what && what !== alone ? { requests: [...what.requests, request("/a.js")] } : {};
  const { text } = verdict(
    [loadsOf("none", 800, { ...what, ...requests }), loadsOf("auto", 800, { ...what, ...requests })],
    more,
  );
  expect(text).toContain(reason);
});

test("a 103 is said to need a server that thinks, unless it does", () => {
  const ways = [loadsOf("none", 800), loadsOf("hints", 800, linked)];
  expect(verdict(ways).text).toContain("--think");
  expect(verdict(ways, { think: 300 }).text).not.toContain("--think");
});

test("a first paint that alone is sooner is told, and is no reason to do anything; one that is later harms", () => {
  const painted = (ms: number) => {
    const hints = loadsOf("hints", 800, linked);
    return { ...hints, loads: hints.loads.map((one, at) => ({ ...one, fcp: ms + at })) };
  };
  const sooner = verdict([loadsOf("none", 800), painted(500)]);
  expect(sooner.use).toBeUndefined();
  expect(sooner.text).toContain("The most is by hints: first paint 800 → 502 ms (-37 %).");
  expect(verdict([loadsOf("none", 800), painted(1000)]).harmful).toEqual(["hints"]);
});

test.each([
  ["a large gain that all loads show", [540, 541, 542, 543, 544], false],
  ["the same times", [800, 801, 802, 803, 804], false],
  ["a small gain", [740, 741, 742, 743, 744], false],
  ["a gain that is nearly worth doing something", [660, 662, 663, 664, 666], true],
  ["a gain that is hardly worth doing something", [620, 622, 623, 624, 626], true],
  ["a loss that is hardly worth a warning", [900, 901, 902, 903, 904], true],
  ["a large loss that all loads show", [1000, 1001, 1002, 1003, 1004], false],
  ["a large gain that one load of five does not show", [600, 601, 602, 603, 900], true],
  ["a large loss that one load of five does not show", [700, 1000, 1001, 1002, 1003], true],
  ["a gain that hardly any load shows", [650, 690, 801, 803, 820], false],
])("whether more loads are worth while: %s", (_, times, open) => {
  const auto = { way: loadsOf("auto", 0).way, loads: times.map((ms) => load(ms)) };
  const [, figures] = figuresOf([loadsOf("none", 800), auto]);
  expect(figures && isOpen(figures)).toBe(open);
});

test("a first paint that may be later, and no last byte that may be, is worth more loads", () => {
  const times = [700, 1000, 1001, 1002, 1003];
  const open = (more: (ms: number) => object) => {
    const auto = loadsOf("auto", 800);
    const loads = auto.loads.map((one, at) => ({ ...one, ...more(times[at] ?? 0) }));
    const [, figures] = figuresOf([loadsOf("none", 800), { ...auto, loads }]);
    return figures && isOpen(figures);
  };
  expect(open((ms) => ({ fcp: ms }))).toBe(true);
  expect(open((ms) => ({ requests: [request("/", { means: "page" }), request("/a.js", { by: "/", end: ms })] }))).toBe(
    false,
  );
});

test("too few runs are said to tell nothing", () => {
  const few = (name: "none" | "auto", ms: number) => ({ ...loadsOf(name, ms), loads: [load(ms), load(ms + 1)] });
  expect(verdict([few("none", 800), few("auto", 400)], { runs: 2 }).text).toContain("use --runs 5 or more");
});

test("what is fetched twice, announced in vain, missing, and how deep the chain is", () => {
  const requests = [
    request("/", { means: "page" }),
    request("/a.css", { by: "/" }),
    request("/b.css", { by: "/a.css" }),
    request("/b.css", { by: "/" }),
    request("/film.mp4", { status: 206, by: "/" }),
    request("/film.mp4", { status: 206, by: "/" }),
    request("/gone.js", { by: "/", status: 404 }),
    request("/next.js", { by: "/b.css", isAhead: true }),
  ];
  const announced = { requests: [...requests, request("/extra.js", { by: "/" })], announced: ["/a.css", "/extra.js"] };
  const [, auto] = figuresOf([loadsOf("none", 800, { requests }), loadsOf("auto", 800, announced)]);
  expect(auto).toMatchObject({
    twice: ["/b.css"],
    unused: ["/extra.js"],
    missing: ["/gone.js"],
    requests: 9,
    depth: 1,
  });
  expect(depthOf(requests.slice(0, 3))).toBe(2);
  expect(depthOf([request("/a", { by: "/b" }), request("/b", { by: "/a" })])).toBeLessThan(3);
});

test("the last needed byte is not that of what is announced in vain or fetched ahead", () => {
  const plain = [request("/", { means: "page" }), request("/a.js", { by: "/", end: 300 })];
  const more = [...plain, request("/extra.js", { end: 900 }), request("/next.js", { end: 950, isAhead: true })];
  const [, auto] = figuresOf([loadsOf("none", 800, { requests: plain }), loadsOf("auto", 800, { requests: more })]);
  expect(auto?.times.last?.median).toBe(300);
});
