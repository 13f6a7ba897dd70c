// @vitest-environment happy-dom
// What the monitor says of names and executions that it does not list.

import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ListLimits } from "../src/monitor/LinePicker";
import { MetricPanel } from "../src/monitor/MetricPanel";
import { othersRun } from "../src/monitor/Running";
import { drawAt, serve } from "./drawing";

afterEach(() => vi.unstubAllGlobals());

const said = (names: number, groups: number) =>
  render(<ListLimits names={names} groups={groups} />).container.textContent;

describe("a list of names in the monitor", () => {
  it("says how many it shows at a time, and how many it does not know", () => {
    expect(said(200, 200)).toBe("");
    expect(said(201, 201)).toBe("The list shows 200 of 201 at a time: write a part of the name.");
    expect(said(1000, 1001)).toContain("1 older one is not in the list: narrow it with the filter.");
    expect(said(1000, 3500)).toContain("2,500 older ones are not in the list: narrow them with the filter.");
  });
});

describe("a filter of the monitor in which a name is misspelt", () => {
  it("is said to have it, and leads to the nearest", async () => {
    const text = "no artifact has the type modle; did you mean model?";
    const named = { key: "type", name: "modle", nearest: "model", examples: [], elsewhere: null, text };
    const auc = { key: "metric.auc", kinds: ["double"], filled: 1, distinct: 1, internal: false };
    const change = vi.fn();
    serve({
      "artifacts/columns": { columns: [auc], counted: 1, exact: true, all_metrics: true },
      "metrics/series": { metric: "auc", series: [], exact: true, left_out: 0, others: [], groups: 0 },
      artifacts: { items: [], next_cursor: null, complete: true, unknown: [named], meant: "type=model" },
    });
    drawAt("/monitor", <MetricPanel search={{ filter: "type=modle" }} change={change} refresh={false} />);
    await screen.findByText("No artifact has the type modle; did you mean model?");
    fireEvent.click(screen.getByRole("button", { name: "Search for type=model" }));
    expect(change).toHaveBeenCalledWith({ filter: "type=model" });
  });
});

describe("the executions that run beside those listed", () => {
  it.each([
    [1, false, "1 more is running"],
    [20, false, "20 more are running"],
    [1, true, "1 or more others are running"],
    [80, true, "80 or more others are running"],
  ])("%i, more: %s", (number, isMore, words) => {
    expect(othersRun(number, isMore)).toBe(words);
  });
});
