// What the monitor shows without being told, and what it says of values that it does not draw.

import { describe, expect, it } from "vitest";
import { toggledItem } from "../src/app/search";
import {
  groupKey,
  groupsOf,
  lineNames,
  type MetricSeries,
  metricsOf,
  plottedMetrics,
  samplingNotes,
  thresholdOf,
  withThreshold,
} from "../src/monitor/address";
import { count } from "../src/values/numbers";
import { valueUpTo } from "../src/values/PlotLegend";
import { timeTicks } from "../src/values/timeTicks";

const columns = ["metric.auc", "label.team", "metric.loss", "prop.x"].map((key) => ({
  key,
  kinds: [],
  filled: 1,
  distinct: 1,
  internal: false,
}));

function answer(changes: Partial<MetricSeries>): MetricSeries {
  return { metric: "auc", series: [], exact: true, left_out: 0, others: [], groups: 0, ...changes };
}

describe("the monitor without choices", () => {
  it("plots the most reported metric with a line for each name", () => {
    expect(plottedMetrics({}, metricsOf(columns))).toEqual(["auc"]);
    expect(groupKey({})).toBe("name");
    expect(groupKey({ group: "none" })).toBeUndefined();
    expect(groupsOf(columns).slice(0, 3)).toEqual(["name", "label.team", "version"]);
  });
});

describe("lines that can be chosen", () => {
  it("are those that are drawn and the others, the newest first", () => {
    const point = { time: 5, value: 1, node: "a1", version: null, reporter: "a1" };
    const drawn = [{ group: { name: "old" }, points: [point], total: 1, downsampled: false }];
    const others = [{ group: { name: "new" }, total: 2, newest: 9 }];
    expect(lineNames([answer({ series: drawn, others }), undefined])).toEqual(["new", "old"]);
  });
});

describe("values that are not drawn", () => {
  const point = { time: 5, value: 1, node: "a1", version: null, reporter: "a1" };

  it("are counted", () => {
    const series = [{ group: {}, points: [point], total: 30_866, downsampled: true }];
    expect(samplingNotes(answer({ series }), count)[0]).toContain("1 point of 30,866 values drawn");
    expect(samplingNotes(answer({ series, left_out: 1 }), count)[1]).toContain("1 value of the store was not");
  });

  it("are none if all are drawn", () => {
    const series = [{ group: {}, points: [point], total: 1, downsampled: false }];
    expect(samplingNotes(answer({ series }), count)).toEqual([]);
  });
});

describe("thresholds in the address", () => {
  it("belong to a metric, or to all", () => {
    expect(thresholdOf({ threshold: "auc:0.9,a:b:2" }, "auc")).toBe(0.9);
    expect(thresholdOf({ threshold: "auc:0.9,a:b:2" }, "a:b")).toBe(2);
    expect(thresholdOf({ threshold: "0.5,auc:0.9" }, "loss")).toBe(0.5);
    expect(thresholdOf({ threshold: "many" }, "auc")).toBeUndefined();
  });

  it("are set and taken away one by one", () => {
    expect(withThreshold({ threshold: "auc:0.9" }, "loss", 0)).toBe("auc:0.9,loss:0");
    expect(withThreshold({ threshold: "auc:0.9,loss:0" }, "auc", undefined)).toBe("loss:0");
    const own = withThreshold({ threshold: "0.5" }, "auc", undefined);
    expect([thresholdOf({ threshold: own }, "auc"), thresholdOf({ threshold: own }, "loss")]).toEqual([undefined, 0.5]);
  });

  it("stand beside turned metrics, which are a set", () => {
    expect(toggledItem(toggledItem("", "a"), "b")).toBe("a,b");
    expect(toggledItem("a,b", "a")).toBe("b");
  });
});

describe("an axis of time", () => {
  const noon = new Date(2026, 10, 27, 12).getTime() / 1000;

  it("says the day where it changes, and else the time of day", () => {
    expect(timeTicks([noon, noon + 43_200, noon + 86_400], 43_200)).toEqual([
      "12:00\n27 Nov",
      "00:00\n28 Nov",
      "12:00",
    ]);
    expect(timeTicks([noon, noon + 86_400], 86_400)).toEqual(["27 Nov\n2026", "28 Nov"]);
    expect(timeTicks([noon + 0.25], 0.05)).toEqual([":00.250\n27 Nov"]);
  });
});

describe("the legend", () => {
  it("has the last value of a line up to the pointer", () => {
    const line = { name: "a", values: [1, undefined as unknown as null, 3, null] };
    expect([0, 1, 2, 3].map((at) => valueUpTo(line, at))).toEqual([1, 1, 3, 3]);
    expect(valueUpTo({ name: "b", values: [null] }, 0)).toBeNull();
  });
});
