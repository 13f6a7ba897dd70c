// @vitest-environment happy-dom
// The metrics that the monitor offers, and the way to one that is not among them.

import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { Choices } from "../src/monitor/Choices";
import { drawAt, giveSizes, serve } from "./drawing";

beforeAll(giveSizes);

const columnsOf = (...metrics: string[]) =>
  metrics.map((name) => ({ key: `metric.${name}`, kinds: ["double"], filled: 1, distinct: 1, internal: false }));

function draw(allMetrics: boolean, columns = columnsOf("auc")) {
  const change = vi.fn();
  serve({ "metrics/series": { metric: "auc", series: [], exact: true, left_out: 0, others: [], groups: 0 } });
  drawAt("/", <Choices search={{}} change={change} columns={columns} allMetrics={allMetrics} metrics={[]} q="" />);
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

  it("are found by their exact names and by what they are called", async () => {
    const change = draw(true, columnsOf(..."abcdefgh", "log_loss", "mean_error", "recall_top"));
    const box = await screen.findByRole("combobox", { name: "Add a metric" });
    const finds = async (text: string, names: string[]) => {
      await userEvent.clear(box);
      await userEvent.type(box, text);
      const list = () => document.getElementById(box.getAttribute("aria-controls") ?? "");
      const options = () => [...(list()?.querySelectorAll("[role=option]") ?? [])].map((option) => option.textContent);
      await vi.waitFor(() => expect(options()).toEqual(names));
    };
    await finds("mean_e", ["Mean error"]);
    await finds("Log l", ["Log loss"]);
    fireEvent.click(screen.getByRole("option", { name: "Log loss", hidden: true }));
    expect(change).toHaveBeenCalledWith({ metrics: "log_loss" });
  });

  it("have their exact names where people would read them alike", async () => {
    draw(true, columnsOf("auc", "AUC", "log_loss"));
    const group = await screen.findByRole("group", { name: "Metrics to plot" });
    const names = [...group.querySelectorAll("button")].map((button) => button.textContent);
    expect(names).toEqual(["auc", "AUC", "Log loss"]);
  });
});
