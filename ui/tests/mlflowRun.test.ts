import { describe, expect, it } from "vitest";
import type { Neighbour, Node } from "../src/api/shapes";
import { descriptionOf } from "../src/edit/fields";
import { byArtifact, experimentOf, isSaidElsewhere, ownTagsOf, paramsOf, withoutOwn } from "../src/mlflow/run";
import { fieldName } from "../src/values/humanNames";

const text = (value: string) => ({ kind: "string", value });
const RUN = {
  type: "mlflow.Run",
  workspace: "vision",
  properties: { run_id: text("r1"), __ALL_META__: text("{}") },
  custom_properties: {
    "param.width": text("10"),
    "param.lr": text("0.1"),
    "tag.mlflow.user": text("ada"),
    "tag.mlflow.note.content": text("A note."),
    "tag.team": text("vision"),
    owner: text("bo"),
  },
  contexts: [
    { key: "c1", id: "1", name: "vision", type: "kubeflow.org/alpha/workspace" },
    { key: "c3", id: "3", name: "vision/loaves", type: "mlflow.Experiment" },
  ],
} as unknown as Node;

describe("a run of MLflow", () => {
  it("has parameters under the names that were logged", () => {
    expect(paramsOf(RUN)).toEqual([
      { name: "lr", value: "0.1" },
      { name: "width", value: "10" },
    ]);
  });

  it("keeps the tags of MLflow apart; those of people are labels, and the note is the description", () => {
    expect(ownTagsOf(RUN)).toEqual([{ name: "mlflow.user", value: "ada" }]);
    expect(descriptionOf(RUN)).toBe("A note.");
    expect(Object.keys(withoutOwn(RUN).custom_properties)).toEqual(["owner"]);
    expect(Object.keys(withoutOwn(RUN).properties)).toEqual(["__ALL_META__"]);
  });

  it("names its experiment without the workspace", () => {
    expect(experimentOf(RUN)).toEqual({ id: "3", name: "loaves" });
    expect(experimentOf({ ...RUN, contexts: [] })).toBeUndefined();
  });

  it("compares what it did, not what it is called", () => {
    const said = ["run_id", "tag.team", "param.lr", "tag.mlflow.user"].map((name) => isSaidElsewhere(RUN, name));
    expect(said).toEqual([true, true, false, true]);
    expect(isSaidElsewhere({ type: "trainer" }, "run_id")).toBe(false);
    expect(fieldName("prop.param.learning_rate")).toBe("learning_rate");
  });

  it("lists a model once that was declared and put out, with its step, and a data set with its context", () => {
    const event = (key: string, path: object[]) => ({ event: { path }, node: { key } }) as unknown as Neighbour;
    const events = [
      event("a1", [{ index: "5", key: null }]),
      event("a1", []),
      event("a2", [
        { index: null, key: "mlflow.data.context" },
        { index: null, key: "training" },
        { index: null, key: "split" },
        { index: null, key: "a" },
      ]),
    ];
    expect(byArtifact(events).map(({ node, words }) => [node.key, words])).toEqual([
      ["a1", ["step 5"]],
      ["a2", ["training", "split: a"]],
    ]);
  });
});
