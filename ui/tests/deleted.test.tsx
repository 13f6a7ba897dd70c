// @vitest-environment happy-dom
// What is said of a record that is not there, and of outputs that are not.

import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { graphOf } from "../src/api/lineage";
import { Problem } from "../src/api/problem";
import type { LineageNode } from "../src/api/shapes";
import { Chips } from "../src/lineage/Chips";
import type { LineageState } from "../src/lineage/useLineage";
import { drawnGraph } from "../src/lineage/view";
import { Failed } from "../src/state/States";
import { drawAt, serve } from "./drawing";

const missing = (fields: object) =>
  Problem.fromResponse(new Response(null, { status: 404 }), {
    title: "There is no such thing",
    detail: "gone",
    ...fields,
  });

describe("a record that is not there", () => {
  it("is said to be deleted, when and by whom, with a way to the audit log for those who may read it", async () => {
    serve({ caller: { may_read_audit: true } });
    drawAt("/artifacts/3", <Failed error={missing({ deleted: 1_700_000_000_000, deleted_by: "ada (token 3f2a)" })} />);
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toMatch(/This record was deleted.*2023, \d\d:\d\d:\d\d UTC.*by ada \(token 3f2a\)/);
    const link = await screen.findByRole("link");
    expect(link.getAttribute("href")).toMatch(/audit\?subject=artifact&id=3/);
  });

  it("is only said not to be there where the server says no more", async () => {
    drawAt("/artifacts/3", <Failed error={missing({})} />);
    expect((await screen.findByRole("alert")).textContent).toContain("There is no such thing");
  });
});

describe("outputs that were deleted", () => {
  const executionOf = (id: string, deleted: number | null) =>
    ({
      ...{
        key: `e${id}`,
        kind: "execution",
        id,
        name: `train ${id}`,
        type: "Trainer",
        aliases: [],
        metrics: {},
        values: {},
      },
      ...{ distance: 1, hidden_up: 0, hidden_down: 0, deleted_outputs: deleted },
    }) as unknown as LineageNode;
  const stateOf = (answers: LineageNode[][]) => {
    const loaded = answers.map((nodes) => graphOf({ nodes, edges: [] }));
    return { graph: drawnGraph(loaded, {}, []), stops: [], cuts: [], way: [] } as unknown as LineageState;
  };

  it("are counted beside the nodes, once, with the executions that made them", async () => {
    const lineage = stateOf([
      [executionOf("3", 2), executionOf("4", 1)],
      [executionOf("3", null), executionOf("5", 0)],
    ]);
    drawAt("/", <Chips search={{}} lineage={lineage} change={() => undefined} />);
    expect(await screen.findByText(/and 3 deleted outputs of/)).toBeTruthy();
    expect((await screen.findByRole("link", { name: "train 3" })).getAttribute("href")).toBe("/executions/3");
    expect(screen.queryByRole("link", { name: "train 5" })).toBeNull();
  });

  it("are not mentioned where there are none, or where nobody knows", async () => {
    drawAt("/", <Chips search={{}} lineage={stateOf([[executionOf("3", null)]])} change={() => undefined} />);
    expect(await screen.findByText("1 node")).toBeTruthy();
    expect(screen.queryByText(/deleted/)).toBeNull();
  });
});
