// @vitest-environment happy-dom
// What an execution is a part of, and its own parts.

import { screen } from "@testing-library/react";
import { beforeAll, expect, it } from "vitest";
import type { Node } from "../src/api/shapes";
import { PartOf, Steps } from "../src/execution/Steps";
import { drawAt, giveSizes, rowOf } from "./drawing";

beforeAll(giveSizes);

const step = (id: number, state: string) => ({
  ...rowOf(id, { kind: "execution", key: `e${id}`, name: `train ${id}`, state }),
});

it("links to the execution that it is a part of", async () => {
  const parent = { key: "e7", id: "7", name: "outer", type: "kubeflow.org/alpha/execution" };
  drawAt("/", <PartOf execution={{ part_of: parent } as Node} />);
  expect((await screen.findByRole("link", { name: "outer" })).getAttribute("href")).toBe("/executions/7");
});

it("lists its steps and says how many are left out", async () => {
  const steps = { items: [step(1, "COMPLETE"), step(2, "FAILED")], total: 102 };
  drawAt("/", <Steps execution={{ steps } as unknown as Node} />);
  expect((await screen.findAllByRole("listitem")).map(({ textContent }) => textContent?.slice(0, 7))).toEqual([
    "train 1",
    "train 2",
  ]);
  expect(screen.getByText("100 more are not shown here.")).toBeDefined();
});
