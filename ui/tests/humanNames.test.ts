import { describe, expect, it } from "vitest";
import { fieldName, typeName, typeNames } from "../src/values/humanNames";
import { count } from "../src/values/numbers";

describe("types are called", () => {
  it.each([
    ["kubeflow.org/alpha/data_set", "Data set"],
    ["kubeflow.org/alpha/model", "Model"],
    ["system.Model", "Model"],
    ["system.ClassificationMetrics", "Classification metrics"],
    ["system.HTML", "HTML"],
    ["bakery.example/serving_load", "Serving load"],
    ["lineal.dev/watch_progress", "Watch progress"],
    ["model", "Model"],
    ["ExampleValidator", "ExampleValidator"],
    ["my type/ö", "ö"],
    ["a/", "a/"],
  ])("%s → %s", (type, name) => expect(typeName(type)).toBe(name));

  it.each([
    ["kubeflow.org/Pod/v1", "Pod"],
    ["kubeflow.org/Notebook.kubeflow.org/v1", "Notebook"],
    ["kubeflow.org/PyTorchJob.kubeflow.org/v1", "PyTorchJob"],
    ["kubeflow.org/Workflow.argoproj.io/v1alpha1", "Workflow"],
    ["kubernetes.io/v1/Pod", "Pod"],
    ["kubernetes.io/apps/v1/Deployment", "Deployment"],
  ])("by their kind, where they are of Kubernetes: %s → %s", (type, name) => expect(typeName(type)).toBe(name));

  it("by their origin as well where two would be called the same", () => {
    const names = typeNames(["system.Model", "kubeflow.org/alpha/model", "system.Dataset"]);
    expect([...names.values()]).toEqual(["Model (system)", "Model (kubeflow.org/alpha)", "Dataset"]);
    const jobs = typeNames(["kubeflow.org/Job.batch/v1", "kubeflow.org/Job.batch.volcano.sh/v1alpha1"]);
    expect([...jobs.values()]).toEqual(["Job.batch", "Job.batch.volcano.sh"]);
    const versions = typeNames(["kubeflow.org/Pod/v1", "kubeflow.org/Pod.a.io/v1", "kubeflow.org/Pod.a.io/v1beta1"]);
    expect([...versions.values()]).toEqual(["Pod/v1", "Pod.a.io/v1", "Pod.a.io/v1beta1"]);
  });

  it("by their exact names where nothing else tells them apart", () => {
    const types = ["a/model", "a/Model"];
    expect(new Set(typeNames([...types, "a/data_set", "a/data_set"]).values()).size).toBe(3);
  });
});

describe("fields are called", () => {
  it.each([
    ["create_time", "Created"],
    ["last_update_time_since_epoch", "Updated"],
    ["uri", "URI"],
    ["made_by", "Made by"],
    ["prop.learning_rate", "Learning rate"],
    ["metric.roc_auc", "ROC AUC"],
    ["metric.f1_score", "F1 score"],
    ["label.team", "Team"],
    ["param.penalty", "penalty"],
    ["prop.param.penalty", "penalty"],
    ["external_id", "External id"],
  ])("%s → %s", (key, name) => expect(fieldName(key)).toBe(name));

  it.each(["n_estimators", "C", "__kf_run__", "learningRate", "a.b", "loss/val", "Größe", "x__y"])(
    "as they are written where words would lose something: %s",
    (name) => expect(fieldName(`prop.${name}`)).toBe(name),
  );
});

describe("counts agree with nouns", () => {
  it.each([
    [0, "record", "0 records"],
    [1, "record", "1 record"],
    [12345, "record", "12,345 records"],
    [2, "entry", "2 entries"],
    [1, "entry", "1 entry"],
    [2, "match", "2 matches"],
    [3, "day", "3 days"],
  ])("%d %s → %s", (number, noun, text) => expect(count(number, noun)).toBe(text));

  it("says + where there are more", () => expect(count(1, "record", { more: true })).toBe("1+ records"));
});
