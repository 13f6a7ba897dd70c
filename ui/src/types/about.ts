// What well-known types are for, in a sentence, and how a record of a type is made in Python. The exact name of a type is
// what people type; its name in words is in humanNames.ts.

import type { TypeInfo } from "../api/shapes";

/** By the last part of the name, in small letters and without signs: kubeflow.org/alpha/data_set and system.Dataset alike. */
const PURPOSES: Readonly<Record<string, string>> = {
  dataset: "Data that something was trained, tested or run on, with the address where it lies.",
  model: "A trained model: which framework and settings made it, and where its file lies.",
  metrics: "Numbers that were measured, such as accuracy or loss, of one model on one data set.",
  classificationmetrics: "What a classifier got right and wrong: a confusion matrix or points of a ROC curve.",
  slicedclassificationmetrics: "The results of a classifier for parts of its data, one for each slice.",
  artifact: "Anything that a step of a pipeline reads or writes and that has no type of its own.",
  html: "A report as HTML. The web UI shows its address and never runs it.",
  markdown: "A report as Markdown.",
  execution: "One run of a program, such as a training: its inputs, its outputs and how it ended.",
  containerexecution: "A step of a pipeline that ran in a container.",
  dagexecution: "A pipeline or a part of one: the steps that belong together.",
  importerexecution: "The import of an artifact that another program made.",
  workspace: "A place that keeps the records of a project together.",
  run: "One round of work in a workspace: the executions that belong together.",
  pipeline: "A pipeline: all its runs belong to it.",
  pipelinerun: "One run of a pipeline.",
  node: "A step of a pipeline, whichever run it is in.",
  examples: "Training or test data as a TFX pipeline passes it on.",
  statistics: "Statistics of a data set, as data validation computes them.",
  examplestatistics: "Statistics of a data set, as data validation computes them.",
  schema: "The fields that data must have, and their types.",
  modelevaluation: "The results of an evaluation of a model.",
  modelblessing: "Whether a model passed its evaluation.",
  pushedmodel: "A model that was handed to serving.",
  pod: "A pod of a Kubernetes cluster, as the watcher saw it.",
  notebook: "A notebook server of a Kubernetes cluster, as the watcher saw it.",
};

/** By the whole name: what these call a run is no run of the SDK. */
const OPENLINEAGE: Readonly<Record<string, string>> = {
  "openlineage.Run": "One run of a job that OpenLineage's events told of, such as a task, a query or a model of dbt.",
  "openlineage.Declared": "What a job is meant to read and write, as its events say. It never ran.",
  "openlineage.Job": "What runs again and again: a task of Airflow, a model of dbt, an application of Spark.",
};

/** What a type is for: what it says of itself, else what is known of its name, else undefined. */
export function purposeOf(type: Pick<TypeInfo, "name" | "description">): string | undefined {
  return type.description || OPENLINEAGE[type.name] || PURPOSES[plainName(type.name)];
}

/** kubeflow.org/alpha/data_set → dataset; kubeflow.org/Pod/v1 → pod. */
function plainName(type: string): string {
  const parts = type.split("/").filter((part) => !/^v\d+((alpha|beta)\d+)?$/.test(part));
  const last = parts.at(-1)?.split(".") ?? [];
  const own = /^[A-Z]/.test(last[0] ?? "") ? last[0] : last.at(-1);
  return (own ?? "").toLowerCase().replace(/[^a-z0-9]/g, "");
}

const SDK = "kubeflow.org/alpha/";
const WITH_SDK: Readonly<Record<string, string>> = {
  data_set: 'run_of.log_input(metadata.DataSet(name="orders", uri="s3://bucket/orders.csv", version="1"))',
  model: 'run_of.log_output(metadata.Model(name="forecast", uri="s3://bucket/forecast", version="1"))',
  metrics:
    'run_of.log_output(metadata.Metrics(name="scores", uri="s3://bucket/scores", model_id="1", values={"accuracy": 0.9}))',
};

/** Python that makes a record of a type, to paste into a notebook.
 *
 * @param url what opens the store from a program: grpc://host:port
 */
export function pythonToMake(type: Pick<TypeInfo, "kind" | "name" | "properties">, url: string): string {
  const own = type.name.startsWith(SDK) ? WITH_SDK[type.name.slice(SDK.length)] : undefined;
  if (own || (type.name.startsWith(SDK) && type.kind !== "artifact")) return withSdk(own, url);
  const [first] = Object.entries(type.properties);
  const kinds = { artifact: "Artifact", execution: "Execution", context: "Context" } as const;
  const kind = kinds[type.kind];
  return `import lineal

lineal.install_as_ml_metadata()
from ml_metadata.proto import metadata_store_pb2 as mlmd

store = lineal.connect("${url}")
record_type = store.get_${type.kind}_type(${JSON.stringify(type.name)})
record = mlmd.${kind}(type_id=record_type.id, name="my-record")
${first ? setting(first[0], first[1]) : ""}[record_id] = store.put_${type.kind}s([record])
`;
}

function withSdk(last: string | undefined, url: string): string {
  return `from kubeflow.metadata import metadata

store = metadata.Store(url="${url}")
workspace = metadata.Workspace(store=store, name="my-workspace")
run = metadata.Run(workspace=workspace, name="run-1")
run_of = metadata.Execution(name="train", workspace=workspace, run=run)
${last ? `${last}\n` : ""}`;
}

function setting(name: string, kind: string): string {
  const values: Readonly<Record<string, string>> = {
    INT: "int_value = 1",
    DOUBLE: "double_value = 0.5",
    STRING: 'string_value = "text"',
    BOOLEAN: "bool_value = True",
  };
  const value = values[kind];
  return value ? `record.properties[${JSON.stringify(name)}].${value}\n` : "";
}
