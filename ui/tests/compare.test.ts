// @vitest-environment happy-dom
// Comparing many records: nested values leaf by leaf, texts word by word, axes of charts, keys of the address.

import { describe, expect, it } from "vitest";
import type { Node } from "../src/api/shapes";
import { ticksAfter } from "../src/artifact/useTicks";
import { keysOf } from "../src/compare/address";
import { axisOf, axisRows } from "../src/compare/axes";
import { placeOf } from "../src/compare/Dots";
import { orderBy } from "../src/compare/RecordRows";
import { type CompareRow, compareRows } from "../src/compare/table";
import { compareTexts, isLongText } from "../src/compare/words";

function row(values: readonly (number | string | undefined)[], section: CompareRow["section"] = "Metrics"): CompareRow {
  const typed = values.map((value) => (value === undefined ? undefined : { kind: typeof value, value }));
  return { section, name: "x", values: typed, differs: true };
}

describe("keys in an address", () => {
  it("are artifacts and executions, each once; a number alone is an artifact", () => {
    expect(keysOf("a1,e2,3,a1, c4,x")).toEqual(["a1", "e2", "a3"]);
  });
});

describe("nested hyperparameters", () => {
  const node = (key: string, units: number) =>
    ({
      key,
      properties: {},
      custom_properties: {},
      labels: {},
      meta: { hyperparameters: { layers: [{ units }, { units: 4 }], sizes: [1, 2] } },
    }) as unknown as Node;

  it("are compared leaf by leaf, also within lists", () => {
    const rows = compareRows([node("a1", 8), node("a2", 16)], [[], []]);
    expect(rows.filter(({ differs }) => differs).map(({ name }) => name)).toEqual(["hyperparameters.layers[0].units"]);
    expect(rows.map(({ name }) => name)).toContain("hyperparameters.sizes");
  });
});

describe("two texts", () => {
  it("are compared word by word", () => {
    expect(compareTexts("a depth of 4 was chosen", "a depth of 16 was well chosen")).toEqual([
      { text: "a depth of ", change: "same" },
      { text: "4", change: "out" },
      { text: "16", change: "in" },
      { text: " was ", change: "same" },
      { text: "well ", change: "in" },
      { text: "chosen", change: "same" },
    ]);
  });

  it.each([
    ["", "new"],
    ["old", ""],
    ["x ".repeat(4000), "y ".repeat(4000)],
    ["a\n".repeat(2000), `${"a\n".repeat(1999)}b\n`],
  ])("keep both whole, whatever they are", (before, after) => {
    const pieces = compareTexts(before, after);
    const without = (change: string) => pieces.filter((piece) => piece.change !== change).map(({ text }) => text);
    expect(without("in").join("")).toBe(before);
    expect(without("out").join("")).toBe(after);
  });

  it("are long from a sentence on", () => {
    expect(isLongText("one two three four five six")).toBe(true);
    expect(isLongText("adam")).toBe(false);
    expect(isLongText(7)).toBe(false);
  });
});

describe("an axis", () => {
  it("reaches from the least to the greatest number, and is logarithmic where they are far apart", () => {
    expect(axisOf(row([1, 2, undefined, 3])).places).toEqual([0, 0.5, null, 1]);
    const far = axisOf(row([0.001, 0.01, 0.1]));
    expect(far.isLog).toBe(true);
    expect(far.places[1]).toBeCloseTo(0.5);
    expect(axisOf(row([5, 5])).places).toEqual([0.5, 0.5]);
  });

  it("has a place for each of a few words, and none for long texts", () => {
    expect(axisOf(row(["sgd", "adam", "sgd"])).places).toEqual([1, 0, 1]);
    const texts = ["the first of two long texts here", "the second of two long texts here"];
    expect(axisRows([row(texts, "Parameters and properties"), row([1, 2])])).toHaveLength(1);
  });

  it("is trimmed: dots stand between the least and the greatest", () => {
    expect([0.9, 0.91, 0.92].map((number) => Math.round(placeOf(number, 0.9, 0.92)))).toEqual([0, 50, 100]);
    expect(placeOf(1, 1, 1)).toBe(50);
  });
});

describe("rows of many records", () => {
  it("are ordered by a column, those without a value last", () => {
    expect(orderBy(3, row([2, undefined, 3]), true)).toEqual([2, 0, 1]);
    expect(orderBy(3, row([2, undefined, 3]), false)).toEqual([0, 2, 1]);
  });
});

describe("ticks", () => {
  it("are single, or a range from the last one", () => {
    const keys = ["a", "b", "c", "d"];
    const one = ticksAfter(new Set(), keys, 0, 1, false);
    expect([...ticksAfter(one, keys, 1, 3, true)]).toEqual(["b", "c", "d"]);
    expect([...ticksAfter(one, keys, 1, 1, false)]).toEqual([]);
  });
});
