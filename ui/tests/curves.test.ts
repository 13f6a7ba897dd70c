import { describe, expect, it } from "vitest";
import type { Curve, MetricName } from "../src/api/curves";
import { rangeOf, toggled, viewOf, writeRange } from "../src/curves/address";
import { walk } from "../src/curves/CurvePlot";
import { found, groupsOf } from "../src/curves/groups";
import { drawnOf, extentOf, lineOf, looksOf, MOST_DRAWN, nearestTo, padded, valuesBetween } from "../src/curves/lines";
import { notesOf } from "../src/curves/notes";
import { pointedAt } from "../src/curves/pointing";
import { smoothed } from "../src/curves/smoothing";
import { elapsedWords, evenTicks, logTicks } from "../src/curves/ticks";

const RECORD = { key: "e1", name: "base" };

function curve(values: (number | string)[], changes: Partial<Curve> = {}): Curve {
  return {
    key: "e1",
    first_time: 1000,
    total: values.length,
    not_finite: 0,
    not_positive: 0,
    steps: values.map((_, at) => at),
    times: values.map((_, at) => 1000 + 500 * at),
    values,
    spans: null,
    ...changes,
  } as Curve;
}

describe("smoothing", () => {
  it("leaves values as they are without a weight, and a constant with any", () => {
    expect(smoothed([1, 5, 2], 0)).toEqual([1, 5, 2]);
    for (const value of smoothed([3, 3, 3], 0.9)) expect(value).toBeCloseTo(3);
  });

  it("is a moving average whose start is not drawn towards zero", () => {
    const [first, second] = smoothed([4, 8], 0.5) as [number, number];
    expect(first).toBeCloseTo(4);
    expect(second).toBeCloseTo((0.5 * 4 + 8) / 1.5);
  });

  it("leaves NaN and infinite values as gaps that change nothing after them", () => {
    const whole = smoothed([1, 2, 3], 0.6);
    const gaps = smoothed([1, Number.NaN, 2, Number.POSITIVE_INFINITY, 3], 0.6);
    expect(gaps[1]).toBeNaN();
    expect([gaps[0], gaps[2], gaps[4]]).toEqual(whole);
  });

  it("takes a mean as often as it has values", () => {
    const each = smoothed([2, 2, 2, 6, 6], 0.7);
    const spans = smoothed([2, 6], 0.7, [3, 2]);
    expect(spans[0]).toBeCloseTo(each[2] as number);
    expect(spans[1]).toBeCloseTo(each[4] as number);
  });

  it("smooths all values of a thinned curve, not those that are drawn", () => {
    const spans = { steps: [99, 199], times: [1100, 1200], means: [0, 0], counts: [100, 100] };
    const line = lineOf(curve([50, -50, 50], { total: 200, spans }), RECORD, "step", 0.9, 0);
    expect(line.smooth).toEqual({ xs: [99, 199], ys: [0, 0] });
    expect(line.isThinned).toBe(true);
  });
});

describe("the ticks of a logarithmic axis", () => {
  it("are powers of ten over a wide range", () => {
    expect(logTicks(0.01, 10_000, 7)).toEqual([0.01, 0.1, 1, 10, 100, 1000, 10_000]);
  });

  it("leave powers out where there is no room", () => {
    const ticks = logTicks(1e-12, 1e12, 6);
    expect(ticks.length).toBeGreaterThan(2);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks).toContain(1);
  });

  it("have 2 and 5 between powers where there is room", () => {
    expect(logTicks(0.1, 10, 8)).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10]);
  });

  it("are even within a part of a power", () => {
    expect(logTicks(0.92, 0.98, 7)).toEqual([0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98]);
  });

  it("lie within the axis, whatever it is", () => {
    for (const [least, greatest] of [
      [0.003, 0.7],
      [1, 1.0001],
      [5e-324, 1e308],
      [99, 101],
    ] as const) {
      const ticks = logTicks(least, greatest, 6);
      expect(ticks.length).toBeGreaterThan(0);
      for (const tick of ticks) expect(tick >= least * 0.999 && tick <= greatest * 1.001).toBe(true);
    }
  });
});

describe("other ticks", () => {
  it("are at multiples of 1, 2 and 5, without errors of binary numbers", () => {
    expect(evenTicks(0, 0.5, 6)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(evenTicks(-3, 6, 6)).toEqual([-2, 0, 2, 4, 6]);
    expect(evenTicks(7, 7, 6)).toEqual([7]);
  });

  it("say times since the start as people do", () => {
    const words = [0, 0.25, 30, 90, 5400, 93_600, -120, 3599.9].map(elapsedWords);
    expect(words).toEqual(["0", "250 ms", "30 s", "1 min 30 s", "1 h 30 min", "1 d 2 h", "−2 min", "1 h"]);
  });
});

describe("lines", () => {
  it("stand on steps, on the time since the first point, or on the time of day", () => {
    const values = curve([1, 2, 3]);
    expect(lineOf(values, RECORD, "step", 0, 0).xs).toEqual([0, 1, 2]);
    expect(lineOf(values, RECORD, "relative", 0, 0).xs).toEqual([0, 0.5, 1]);
    expect(lineOf(values, RECORD, "wall", 0, 0).xs).toEqual([1, 1.5, 2]);
  });

  it("go forward in time where a run went on from an earlier step", () => {
    const line = lineOf(curve([1, 9, 2], { times: [1000, 5000, 3000] }), RECORD, "relative", 0, 0);
    expect([line.xs, line.ys, line.steps]).toEqual([
      [0, 2, 4],
      [1, 2, 9],
      [0, 2, 1],
    ]);
  });

  it("read NaN and infinities, which are texts in JSON", () => {
    expect(lineOf(curve(["NaN", "Infinity", "-Infinity"]), RECORD, "step", 0, 0).ys).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });

  it("have axes that span what can be drawn", () => {
    const line = lineOf(curve([-1, 5, "NaN", 100]), RECORD, "step", 0, 0);
    expect(extentOf([line], undefined)).toEqual([0, 3]);
    expect(extentOf([line], [1, 2])).toEqual([1, 2]);
    expect(valuesBetween([line], [0, 3], false)).toEqual([-1, 100]);
    expect(valuesBetween([line], [0, 2], true)).toEqual([5, 5]);
    expect(valuesBetween([lineOf(curve([-1]), RECORD, "step", 0, 0)], [0, 3], true)).toBeUndefined();
    expect(padded([5, 5], false)).toEqual([4.5, 5.5]);
    expect(padded([5, 5], true)).toEqual([2.5, 10]);
  });

  it("are at most as many as can be told apart; hiding one lets in the next, with a look of its own", () => {
    const records = Array.from({ length: MOST_DRAWN + 2 }, (_, at) => ({ key: `e${at}` }));
    expect(drawnOf(records, new Set())).toHaveLength(MOST_DRAWN);
    const drawn = drawnOf(records, new Set(["e3"]));
    expect(drawn.at(-1)?.key).toBe(`e${MOST_DRAWN}`);
    const looks = looksOf(records, drawn);
    expect(new Set(looks.values()).size).toBe(MOST_DRAWN);
    expect(looks.get("e4")).toBe(4);
  });
});

describe("pointing", () => {
  const flat = lineOf(curve([1, 1, 1]), RECORD, "step", 0, 0);
  const steep = lineOf(curve([0, 10, 20], { key: "e2" }), { key: "e2", name: "steep" }, "step", 0, 1);

  it("finds the nearest point", () => {
    expect([-5, 0.4, 0.6, 99].map((x) => nearestTo([0, 1, 2], x))).toEqual([0, 0, 1, 2]);
    expect(nearestTo([], 1)).toBe(-1);
  });

  it("lists the line first that is nearest to the pointer", () => {
    const found = pointedAt([flat, steep], 1.2, (value) => Math.abs(value - 9));
    expect(found.map(({ line, at, value }) => [line.key, at, value])).toEqual([
      ["e2", 1, 10],
      ["e1", 1, 1],
    ]);
  });

  it("walks by arrow keys over points and lines, and stays within what is shown", () => {
    const lines = [flat, steep];
    const first = walk("ArrowRight", lines, undefined, [0, 2], 1);
    expect([first?.line.key, first?.at]).toEqual(["e1", 0]);
    expect(walk("ArrowRight", lines, first, [0, 2], 10)?.at).toBe(2);
    expect(walk("ArrowLeft", lines, first, [0, 2], 1)?.at).toBe(0);
    expect(walk("ArrowDown", lines, first, [0, 2], 1)?.line.key).toBe("e2");
    expect(walk("End", lines, first, [0, 1], 1)?.at).toBe(1);
    expect(walk("x", lines, first, [0, 2], 1)).toBeUndefined();
  });
});

describe("what a chart does not show", () => {
  it("is said with numbers", () => {
    const thin = {
      total: 5000,
      not_finite: 1,
      not_positive: 2,
      spans: { steps: [], times: [], means: [], counts: [] },
    };
    const lines = [lineOf(curve([1, 2, 3], thin), RECORD, "step", 0, 0)];
    expect(notesOf(lines, true, true)).toEqual([
      "1 value is NaN or infinite: × and ▲▼ at the edges.",
      "2 values of 0 or less have no place on a logarithmic axis.",
      "3 of 5,000 points drawn, with all peaks. Zoom in for more.",
    ]);
    expect(notesOf(lines, true, false)).toContain("No value is above 0, so the axis is not logarithmic.");
    expect(notesOf([lineOf(curve([1]), RECORD, "step", 0, 0)], false, false)).toEqual([]);
  });
});

describe("groups", () => {
  const named = (name: string) => ({ name, keys: ["e1"], is_curve: true, has_steps: true }) as MetricName;

  it("are the first parts of names; a metric that would be alone stands among the others", () => {
    const groups = groupsOf(["val/loss", "loss", "train/loss", "val/auc"].map(named));
    expect(groups.map(({ name, metrics }) => [name, metrics.map((each) => each.name)])).toEqual([
      ["", ["loss", "train/loss"]],
      ["val", ["val/loss", "val/auc"]],
    ]);
  });

  it("of system metrics are the parts of the machine", () => {
    const metrics = ["gpu_0_memory_usage_megabytes", "gpu_0_utilization_percentage", "disk_available", "disk_usage"];
    expect(groupsOf(metrics.map((name) => named(`system/${name}`))).map(({ name }) => name)).toEqual(["Disk", "GPU 0"]);
  });

  it("are searched without regard to capitals", () => {
    expect(found(["Loss", "auc"].map(named), " loss").map(({ name }) => name)).toEqual(["Loss"]);
  });
});

describe("the address", () => {
  it("says how curves are drawn, and what makes no sense is left out", () => {
    const view = viewOf({ axis: "wall", smooth: "0.6", log: "1", hide: "e1,e2", zoom: "10..20", system: "1" });
    expect(view).toMatchObject({ axis: "wall", smoothing: 0.6, isLog: true, zoom: [10, 20], hasSystem: true });
    expect([...view.hidden]).toEqual(["e1", "e2"]);
    expect(viewOf({ axis: "up", smooth: "x", zoom: "20..10" })).toMatchObject({
      axis: undefined,
      smoothing: 0,
      zoom: undefined,
    });
    expect(viewOf({ smooth: "7" }).smoothing).toBe(0.99);
  });

  it("keeps ranges of whole steps and milliseconds, at least one long", () => {
    expect(rangeOf(writeRange(1.2, 7.8))).toEqual([1, 8]);
    expect(rangeOf(writeRange(-5, -5))).toEqual([-5, -4]);
    expect(rangeOf("1..99999999999999999999")).toBeUndefined();
  });

  it("hides and shows a line", () => {
    expect(toggled(new Set(["e1"]), "e2")).toBe("e1,e2");
    expect(toggled(new Set(["e1"]), "e1")).toBe("");
  });
});
