// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import type { Node, Series } from "../src/api/shapes";
import { type Compared, compareRows, deltaOf } from "../src/compare/table";
import { bestSoFar, byTime, byVersion, extentOf, notFinite, versionsOf } from "../src/monitor/lines";

function series(values: Series["points"][number]["value"][], group: Record<string, string> = {}): Series {
  const points = values.map((value, at) => ({
    time: at * 1000,
    value,
    node: `a${at}`,
    version: `v${at}`,
    reporter: "a9",
  }));
  return { group, points, total: points.length, downsampled: false };
}

describe("series", () => {
  it("have gaps for NaN", () => {
    expect(byTime([series([1, "NaN", 3])]).lines[0]?.values).toEqual([1, null, 3]);
  });

  it("keep a value beside one of the same time that is NaN", () => {
    const [point, odd] = series([1, "NaN"]).points as [Series["points"][0], Series["points"][0]];
    const both = { ...series([]), points: [point, { ...odd, time: point.time }] };
    expect(byTime([both]).lines[0]?.values).toEqual([1]);
  });

  it("know how many of their values are NaN or infinite", () => {
    expect(notFinite([series([1, "NaN", 3]), series(["Infinity", "-Infinity"])])).toBe(3);
    expect(notFinite([series([1, 2])])).toBe(0);
  });

  it("lie on an axis of versions in the order of their time", () => {
    expect(byVersion([series([1, 2])]).ticks).toEqual(["v0", "v1"]);
  });

  it("have a best line: the least of an error, the greatest of others", () => {
    const { lines } = byTime([series([3, 1, 2])]);
    expect(bestSoFar(lines, "lower")).toEqual([3, 1, 1]);
    expect(bestSoFar(lines, "higher")).toEqual([3, 3, 3]);
  });
});

describe("the axis of several plots", () => {
  it("reaches over the points of all", () => {
    const all = [series([1, 2]), series([1, 2, 3])];
    expect(extentOf(all)).toEqual([0, 2]);
    expect(byVersion([series([5])], versionsOf(all)).ticks).toEqual(["v0", "v1", "v2"]);
  });
});

describe("a comparison", () => {
  const node = (key: string, layers: number) =>
    ({
      key,
      properties: {},
      custom_properties: { hyperparameters: { kind: "string", value: `{"layers": ${layers}, "rate": 1}` } },
      labels: {},
      meta: null,
      type: "m",
    }) as unknown as Node;
  const evaluation = (auc: number): Compared[] => [{ name: "auc", metrics_type: null, time: 1, value: auc }];

  it("takes nested values apart and knows which differ", () => {
    const rows = compareRows([node("a1", 2), node("a2", 3)], [evaluation(0.8), evaluation(0.9)]);
    const differing = rows.filter(({ differs }) => differs).map(({ name }) => name);
    expect(differing).toEqual(["auc", "hyperparameters.layers"]);
    expect(rows.find(({ name }) => name === "hyperparameters.rate")?.differs).toBe(false);
  });

  it("keeps apart what a metric says before and after a model went live", () => {
    const reports = ["validation", "production"].map((metrics_type, value) => ({
      name: "error",
      metrics_type,
      time: 1,
      value,
    }));
    const rows = compareRows([node("a1", 2), node("a2", 2)], [reports, reports.slice(0, 1)]);
    const metrics = rows.filter(({ section }) => section === "Metrics");
    expect(metrics.map(({ title, values }) => [title, ...values.map((value) => value?.value)])).toEqual([
      ["Error (production)", 1, undefined],
      ["Error (validation)", 0, 0],
    ]);
  });

  it("has deltas to a baseline where both are numbers", () => {
    expect(deltaOf({ kind: "double", value: 0.9 }, { kind: "double", value: 0.5 })).toBeCloseTo(0.4);
    expect(deltaOf({ kind: "string", value: "x" }, { kind: "double", value: 0.5 })).toBeNull();
  });
});
