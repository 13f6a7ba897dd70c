// @vitest-environment happy-dom
// What a run or workspace holds by type: two kinds of the same name are told apart.

import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { useHolding } from "../src/api/runs";
import { ByType } from "../src/context/ByType";
import { drawAt, serve } from "./drawing";

function Held() {
  return <ByType holding={useHolding("1")} />;
}

it("has the group of kinds that are there in two groups, and the whole name on hover", async () => {
  const types = ["kubeflow.org/Job.batch/v1", "kubeflow.org/Job.batch.volcano.sh/v1alpha1", "kubeflow.org/Pod/v1"];
  const by_type = types.map((type) => ({ kind: "artifact", type, count: 1, archived: 0 }));
  serve({ "contexts/1/holding": { artifacts: 3, executions: 0, by_type } });
  drawAt("/", <Held />);
  expect((await screen.findByText("Job.batch")).title).toBe(types[0]);
  expect(screen.getByText("Job.batch.volcano.sh")).toBeTruthy();
  expect(screen.getByText("Pod")).toBeTruthy();
});
