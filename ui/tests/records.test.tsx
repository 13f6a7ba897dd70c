// @vitest-environment happy-dom
// What a record shows first: its headline numbers and how they went, the values of an evaluation, its neighbours.

import { fireEvent, screen, within } from "@testing-library/react";
import { beforeAll, describe, expect, it } from "vitest";
import type { Evaluation, Node } from "../src/api/shapes";
import EvaluationPlots from "../src/artifact/EvaluationPlots";
import { Headline } from "../src/artifact/Headline";
import { isMetricsRecord, MetricsRecord } from "../src/artifact/MetricsRecord";
import type { Ticks } from "../src/artifact/useTicks";
import { VersionTable } from "../src/artifact/VersionTable";
import { Neighbours } from "../src/list/Neighbours";
import { metricNames } from "../src/values/humanNames";
import { describeSpark } from "../src/values/Sparkline";
import { drawAt, giveSizes, rowOf, serve } from "./drawing";

beforeAll(giveSizes);

const metric = (last: number) => ({ last, least: last, greatest: last, count: 1 });

function nodeOf(given: Partial<Node>): Node {
  const own = { properties: {}, custom_properties: {}, meta: null, contexts: [], inputs: 0, outputs: 0 };
  return { ...rowOf(1), ...own, unindexed: null, headline: [], facets: [], tag: "", ...given } as Node;
}

describe("a sparkline", () => {
  it("is said in words, without the places that have no number", () => {
    const values = [0.5, null, 0.9, Number.NaN];
    const points = values.map((value, at) => ({ id: String(at), label: `version ${at}`, value }));
    expect(describeSpark("AUC", points)).toBe(
      "AUC over 2 versions, from 0.5 (version 0) to 0.9 (version 2); least 0.5, greatest 0.9",
    );
  });
});

describe("the head of an artifact", () => {
  it("shows its headline numbers, the change and the line over its versions", async () => {
    const versions = [0.9, 0.8].map((value, at) =>
      rowOf(at + 1, { version: `v${2 - at}`, metrics: { accuracy: metric(value) } }),
    );
    const artifact = nodeOf({ headline: ["accuracy"], metrics: { accuracy: metric(0.9) } });
    drawAt("/", <Headline artifact={artifact} versions={versions} />);
    const numbers = await screen.findByRole("region", { name: "Headline numbers" });
    expect(numbers.textContent).toContain("Accuracy0.9+0.1");
    expect(screen.getByRole("img").querySelector("title")?.textContent).toContain("over 2 versions, from 0.8");
  });
});

describe("a record of metrics", () => {
  it("shows all its values and the model that they are about", async () => {
    serve({ "artifacts/batch": { items: [rowOf(7, { name: "churn" })], missing: [] } });
    const artifact = nodeOf({
      type: "kubeflow.org/alpha/metrics",
      headline: ["accuracy"],
      metrics: { accuracy: metric(0.9), zeal: metric(3) },
      properties: { model_id: { kind: "string", value: "7" } },
    });
    expect(isMetricsRecord(artifact)).toBe(true);
    drawAt("/", <MetricsRecord artifact={artifact} />);
    expect((await screen.findByRole("link", { name: /churn/ })).getAttribute("href")).toBe("/artifacts/7");
    expect(screen.getByRole("region", { name: "Values" }).textContent).toContain("Accuracy0.9Zeal3");
  });
});

describe("the neighbours of a record", () => {
  it("are what it was made from and who used it, with a count of those that are left out", async () => {
    const near = (id: number, kind: string, distance: number) => ({ ...rowOf(id, { name: `n${id}` }), kind, distance });
    const nodes = [near(1, "artifact", 0), near(2, "execution", -1), near(3, "artifact", -2), near(4, "execution", 1)];
    serve({ lineage: { focus: "a1", nodes, edges: [], left_out: 2, cuts: [] } });
    drawAt("/", <Neighbours focus="a1" />);
    expect((await screen.findByRole("region", { name: "Made from" })).textContent).toBe("Made fromn3n2");
    expect(screen.getByRole("region", { name: "Used by" }).textContent).toBe("Used byn4");
    expect(screen.getByRole("link", { name: "2 more neighbours in its lineage" })).toBeTruthy();
  });
});

describe("the metrics on an artifact", () => {
  const names = Array.from({ length: 11 }, (_, at) => `part_${at}`);
  const items = [1, 2].map((time) => ({
    time,
    values: Object.fromEntries(names.map((name) => [name, time])),
  })) as unknown as Evaluation[];

  it("are drawn a few at first; how many are left is said, and leads to them", async () => {
    drawAt("/", <EvaluationPlots items={items} names={[...names, "reported_never"]} />);
    await screen.findByText("4 of 11 metrics drawn");
    expect(screen.getByTitle("part_3").textContent).toBe("Part 3");
    fireEvent.click(screen.getByRole("button", { name: "Draw 7 more" }));
    expect(await screen.findByTitle("part_10")).toBeTruthy();
    expect(screen.queryByText(/metrics drawn/)).toBeNull();
  });
});

describe("the table of versions", () => {
  it("calls metrics as people do, with the exact name on hover", async () => {
    const ticks = { ticked: new Set(), cursor: 0, toggleAll: () => undefined } as unknown as Ticks;
    drawAt(
      "/",
      <VersionTable
        rows={[rowOf(1)]}
        current="1"
        metrics={["mean_error"]}
        called={metricNames(["mean_error"])}
        ticks={ticks}
      />,
    );
    const head = await screen.findByRole("columnheader", { name: "Mean error" });
    expect(head.title).toBe("mean_error: lower is better");
    expect(within(head).queryByText("mean_error")).toBeNull();
  });
});
