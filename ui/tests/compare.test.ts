// @vitest-environment happy-dom
// Comparing many records: nested values leaf by leaf, texts word by word, axes of charts, keys of the address.

import { describe, expect, it } from "vitest";
import type { Node } from "../src/api/shapes";
import { ticksAfter } from "../src/artifact/useTicks";
import { keysOf } from "../src/compare/address";
import { axisOf, axisRows, rowNamed } from "../src/compare/axes";
import { placeOf } from "../src/compare/Dots";
import { columnsOf, orderBy } from "../src/compare/RecordRows";
import { type Compared, type CompareRow, compareRows } from "../src/compare/table";
import { compareTexts, hasWordsInCommon, isLongText } from "../src/compare/words";

function row(values: readonly (number | string | undefined)[], section: CompareRow["section"] = "Metrics"): CompareRow {
  const typed = values.map((value) => (value === undefined ? undefined : { kind: typeof value, value }));
  return { section, key: `${section}.x`, name: "x", title: "X", values: typed, differs: true };
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

function model(key: string, hyperparameters: object): Node {
  return {
    key,
    properties: {},
    custom_properties: {},
    labels: {},
    meta: { hyperparameters },
  } as unknown as Node;
}

function step(given: Record<string, string>): Node {
  const held = Object.entries(given).map(([name, value]) => [`param.${name}`, { kind: "string", value }]);
  return { custom_properties: Object.fromEntries(held) } as unknown as Node;
}

const differing = (rows: readonly CompareRow[]) => rows.filter(({ differs }) => differs);

describe("hyperparameters that the execution was given, too", () => {
  const nodes = [model("a1", { top: null, rate: 2, sizes: [3, 4] }), model("a2", { rate: 3, sizes: [3, 4] })];
  const rowsWith = (...given: Record<string, string>[]) =>
    compareRows(nodes, [[], []], new Map(given.map((each, at) => [`a${at + 1}`, step(each)])));

  it("are shown once where they mean the same, however they are written, after what only the execution was given", () => {
    const found = rowsWith(
      { rate: "2.0", sizes: "(3, 4)", top: "None", trees: "5" },
      { rate: "3", sizes: "[3, 4]", trees: "6" },
    );
    expect(found.map(({ key }) => key)).toEqual([
      "made_by.param.trees",
      "made_by.param.rate",
      "made_by.param.sizes",
      "made_by.param.top",
    ]);
  });

  it("are shown twice where one record has another value, or none", () => {
    const found = differing(rowsWith({ rate: "2" }, { rate: "4" }));
    expect(found.map(({ key }) => key)).toContain("prop.hyperparameters.rate");
  });

  it("say None where that is recorded, which differs from nothing", () => {
    const row = differing(rowsWith({}, {})).find(({ name }) => name === "hyperparameters.top");
    expect(row?.values).toEqual([{ kind: "string", value: "None" }, undefined]);
  });
});

describe("why executions failed", () => {
  it("stands with what else is recorded of them, as in the command line, and is no parameter", () => {
    const failed = (key: string, message: string) => {
      const texts = { failure_type: "ValueError", failure_message: message, "param.oven": "hot" };
      const held = Object.entries(texts).map(([name, value]) => [name, { kind: "string", value }]);
      return { ...model(key, {}), meta: null, custom_properties: Object.fromEntries(held) };
    };
    const rows = compareRows([failed("e1", "cold"), failed("e2", "hot")], [[], []]);
    expect(rows.map(({ key, title, differs }) => [key, title, differs])).toEqual([
      ["prop.param.oven", "oven", false],
      ["record.failure_message", "Failure message", true],
      ["record.failure_type", "Failure type", false],
    ]);
    expect(columnsOf([...rows, row(["x", "y"], "Record")], false).map(({ name }) => name)).toEqual(["failure_message"]);
  });
});

describe("inputs", () => {
  it("have the versions of what was read, by name", () => {
    const inputs = new Map([
      ["a1", { orders: ["1f"], rates: ["3"] }],
      ["a2", { orders: ["2e", "2f"], rates: ["3"] }],
    ]);
    const rows = compareRows([model("a1", { C: 1 }), model("a2", { C: 1 })], [[], []], new Map(), inputs).slice(1);
    expect(rows.map(({ section, title, differs }) => [section, title, differs])).toEqual([
      ["Inputs", "orders", true],
      ["Inputs", "rates", false],
    ]);
    expect(rows[0]?.values.map((value) => value?.value)).toEqual(["1f", "2e, 2f"]);
  });
});

describe("models", () => {
  const number = (value: number) => ({ kind: "double", value });
  const text = (value: string) => ({ kind: "string", value });
  const model = (key: string, aliases: string[], digest: string) =>
    ({
      key,
      aliases,
      properties: { size: number(digest.length) },
      custom_properties: { digest: text(digest) },
      labels: {},
      meta: null,
    }) as unknown as Node;
  const execution = (penalty: string) =>
    ({ custom_properties: { "param.penalty": text(penalty), "git.commit": text("c") } }) as unknown as Node;
  const models = [model("a1", [], "1f"), model("a2", ["production", "eu"], "2ff")];
  const makers = new Map([
    ["a1", execution("l1")],
    ["a2", execution("l2")],
  ]);
  const rows = compareRows(models, [[], []], makers);

  it("are compared by the parameters of the executions that made them, which the chart of parameters knows too", () => {
    const row = rows.find(({ section }) => section === "Parameters of the execution that made it");
    expect(row).toMatchObject({ key: "made_by.param.penalty", title: "penalty", differs: true });
    expect(row?.values.map((value) => value?.value)).toEqual(["l1", "l2"]);
    expect(axisRows(rows)).toContain(row);
  });

  it("are compared by their aliases, and by their digests after all other properties", () => {
    expect(rows.find(({ name }) => name === "aliases")?.values.map((value) => value?.value)).toEqual([
      undefined,
      "production, eu",
    ]);
    const content = rows.filter(({ section }) => section === "Content");
    expect(content.map(({ name }) => name)).toEqual(["size", "digest"]);
  });
});

describe("a metric", () => {
  const node = (key: string, depth: string) =>
    ({
      key,
      properties: { depth: { kind: "string", value: depth } },
      custom_properties: {},
      labels: { depth },
      meta: null,
    }) as unknown as Node;
  const metric = (name: string, metrics_type: string | null, value: number) => ({ name, metrics_type, time: 1, value });
  const compare = (one: Compared[], other: Compared[]) =>
    compareRows([node("a1", "4"), node("a2", "8")], [one, other]).filter(({ section }) => section !== "Record");

  it("is another row than a property and a label of its name", () => {
    const rows = compare([metric("depth", null, 1)], [metric("depth", null, 2)]);
    expect(rows.map(({ key }) => key)).toEqual(["metric.depth", "prop.depth", "label.depth"]);
    expect(rows.map(({ key }) => rowNamed(rows, key)?.key)).toEqual(rows.map(({ key }) => key));
    expect(new Set(rows.map(({ title }) => title)).size).toBe(3);
  });

  it("is another one than a metric whose name differs in brackets, and is turned around alone", () => {
    const rows = compare([metric("recall (macro)", null, 1), metric("recall (micro)", null, 3)], []);
    expect(rows.slice(0, 2).map(({ name }) => name)).toEqual(["recall (macro)", "recall (micro)"]);
  });

  it("has a row for each way it was measured, also beside a metric that is called like one", () => {
    const other = metric("recall (test)", null, 3);
    const rows = compare([metric("recall", "test", 1), metric("recall", "validation", 2), other], []);
    expect(rows.slice(0, 3).map(({ values }) => values[0]?.value)).toEqual([1, 2, 3]);
    expect(rows.slice(0, 2).map(({ name }) => name)).toEqual(["recall", "recall"]);
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });

  it("is called as people say it, and found by the name that older addresses have", () => {
    const rows = compare([metric("mean_error", null, 1)], []);
    expect(rows[0]).toMatchObject({ name: "mean_error", title: "Mean error" });
    expect(rowNamed(rows, "mean_error")).toBe(rows[0]);
  });

  it("is read once for each record, however many metrics there are", () => {
    let reads = 0;
    const counted = (name: string): Compared => ({
      get name() {
        reads++;
        return name;
      },
      metrics_type: null,
      time: 1,
      value: 1,
    });
    const many = Array.from({ length: 100 }, (_, at) => counted(`m${at}`));
    expect(compare(many, many).filter(({ section }) => section === "Metrics")).toHaveLength(100);
    expect(reads).toBeLessThan(1000);
  });

  it("that was measured in several ways is found by what older addresses call it", () => {
    const rows = compare([metric("recall", "macro", 1), metric("recall", null, 2)], [metric("recall", "micro", 3)]);
    const found = ["recall (macro)", "recall (micro)", "recall (other)"].map((key) => rowNamed(rows, key)?.key);
    expect(found).toEqual(["metric:macro.recall", "metric:micro.recall", "metric:other.recall"]);
  });

  it("that has no way has another key than one whose way is called other", () => {
    const rows = compare([metric("recall", "other", 1), metric("recall", null, 2)], []);
    const keys = rows.filter(({ section }) => section === "Metrics").map(({ key }) => key);
    expect(new Set(keys).size).toBe(2);
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

  it("are compared by signs as well, and in languages that write no spaces", () => {
    const changed = (before: string, after: string) =>
      compareTexts(before, after)
        .filter(({ change }) => change !== "same")
        .map(({ text }) => text);
    expect(changed("it was chosen, quickly", "it was chosen. quickly")).toEqual([",", "."]);
    expect(changed("学習率を下げた", "学習率を上げた")).toEqual(["下", "上"]);
  });

  it.each([
    ["модель обучена быстро", "модель обучается быстро", "обучена", "обучается"],
    ["το μοντέλο έμαθε", "το μοντέλο μαθαίνει", "έμαθε", "μαθαίνει"],
    ["تعلم النموذج بسرعة", "تعلم النموذج ببطء", "بسرعة", "ببطء"],
    ["ज्ञान की गति", "ज्ञान की मति", "गति", "मति"],
  ])("are compared by words in every script: %s", (before, after, out, put) => {
    const changed = compareTexts(before, after).filter(({ change }) => change !== "same");
    expect(changed.map(({ text }) => text)).toEqual([out, put]);
  });

  it("are compared by words with some 500 changed words, and by lines with more", () => {
    const text = (word: string, many: number) =>
      Array.from({ length: 2000 }, (_, at) => (at < many ? `${word}${at}` : `w${at}`)).join(" ");
    expect(compareTexts(text("w", 0), text("x", 490)).length).toBeGreaterThan(490);
    expect(compareTexts(text("w", 0), text("x", 510))).toHaveLength(2);
  });

  it("are compared by words however long they are, where little differs", () => {
    const text = Array.from({ length: 8000 }, (_, at) => `w${at}`).join(" ");
    expect(compareTexts(text, text.replace("w4000 ", "other ")).map(({ change }) => change)).toEqual([
      "same",
      "out",
      "in",
      "same",
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

  it("have no words marked where they share none, as two digests", () => {
    const shared = (before: string, after: string) => hasWordsInCommon(compareTexts(before, after));
    expect(shared(`sha256:${"1f".repeat(32)}`, `sha256:${"2e".repeat(32)}`)).toBe(false);
    expect(shared("s3://bucket/models/wine/1", "s3://bucket/models/wine/2")).toBe(true);
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
