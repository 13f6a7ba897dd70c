// @vitest-environment happy-dom
// The metrics that the monitor offers, and the way to one that is not among them.

import { fireEvent, screen } from "@testing-library/react";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Choices } from "../src/monitor/Choices";
import { drawAt, giveSizes, serve } from "./drawing";

beforeAll(giveSizes);

const COLUMNS = [{ key: "metric.auc", kinds: ["double"], filled: 1, distinct: 1, internal: false }];

function draw(allMetrics: boolean) {
  const change = vi.fn();
  serve({ "metrics/series": { metric: "auc", series: [], exact: true, left_out: 0, others: [], groups: 0 } });
  drawAt("/", <Choices search={{}} change={change} columns={COLUMNS} allMetrics={allMetrics} metrics={[]} q="" />);
  return change;
}

describe("the metrics to plot", () => {
  it("are offered, and one that the store has besides is plotted by its exact name", async () => {
    const change = draw(false);
    const box = await screen.findByLabelText("A metric that is not listed, by its exact name");
    fireEvent.change(box, { target: { value: " f1_rare " } });
    fireEvent.submit(box);
    expect(change).toHaveBeenCalledWith({ metrics: "f1_rare" });
  });

  it("are all that there are where the server says so", async () => {
    draw(true);
    await screen.findByRole("group", { name: "Metrics to plot" });
    expect(screen.queryByLabelText(/not listed/)).toBeNull();
  });
});
