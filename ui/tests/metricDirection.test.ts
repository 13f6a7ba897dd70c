// Which way a metric is better.

import { describe, expect, it } from "vitest";
import { bestPlaces, isBetter, metricDirection } from "../src/values/metricDirection";

describe("the direction of a metric", () => {
  it.each([
    "loss",
    "val_loss",
    "valLoss",
    "eval/loss.total",
    "mean_absolute_error",
    "RMSE",
    "testRMSE",
    "mae_7d",
    "perplexity",
    "p99_latency_ms",
    "train duration",
    "WER",
    "log_loss",
    "valid.logloss",
    "train.multi_logloss",
    "valid.merror",
    "cross_entropy",
  ])("is lower for %s", (name) => expect(metricDirection(name)).toBe("lower"));

  it.each(["accuracy", "auc", "f1", "r2", "lossless_ratio", "terrain_score", "neg_mean_squared_error", "人数", ""])(
    "is higher for %s",
    (name) => expect(metricDirection(name)).toBe("higher"),
  );

  it("can be turned around for one metric", () => {
    const turned = new Set(["cer_gain", "size"]);
    expect(metricDirection("size", turned)).toBe("lower");
    expect(metricDirection("cer_gain", turned)).toBe("higher");
    expect(metricDirection("loss", turned)).toBe("lower");
  });
});

describe("the best of several numbers", () => {
  it("is the greatest or the least, at every place that has it", () => {
    expect([...bestPlaces([0.8, null, 0.9, 0.9], "higher")]).toEqual([2, 3]);
    expect([...bestPlaces([0.8, null, 0.9, 0.9], "lower")]).toEqual([0]);
  });

  it("is never NaN, and may be infinite", () => {
    expect([...bestPlaces([Number.NaN, 1, 2], "lower")]).toEqual([1]);
    expect([...bestPlaces([Number.POSITIVE_INFINITY, 1], "higher")]).toEqual([0]);
    expect(isBetter(1, Number.NaN, "higher")).toBe(true);
    expect(isBetter(Number.NaN, 1, "lower")).toBe(false);
  });

  it("is none where nothing differs", () => {
    expect(bestPlaces([1, 1], "higher").size).toBe(0);
    expect(bestPlaces([1, null], "higher").size).toBe(0);
    expect(bestPlaces([], "lower").size).toBe(0);
  });
});
