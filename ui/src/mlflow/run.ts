// What the execution that a run of MLflow is says as a run: parameters, tags, source, description. Pure.

import type { Neighbour, Node } from "../api/shapes";

/** The type of the executions that runs of MLflow are. */
export const RUN_TYPE = "mlflow.Run";
const EXPERIMENT_TYPE = "mlflow.Experiment";
const PARAM = "param.";
const TAG = "tag.";
const OWN_TAG = "mlflow.";
export const NOTE = "mlflow.note.content";
const CONTEXT_TAG = "mlflow.data.context";

export interface Named {
  readonly name: string;
  readonly value: string;
}

/** Whether an execution is a run of MLflow. */
export function isMlflowRun({ type }: Pick<Node, "type">): boolean {
  return type === RUN_TYPE;
}

/** The parameters of a run or a step, by name. */
export function paramsOf(run: Node): Named[] {
  return withPrefix(run, PARAM);
}

/** An execution without its parameters, which its page shows elsewhere. */
export function withoutParams(execution: Node): Node {
  const rest = Object.entries(execution.custom_properties).filter(([name]) => !name.startsWith(PARAM));
  return { ...execution, custom_properties: Object.fromEntries(rest) };
}

/** The tags that MLflow and its clients set, without the description; those of people are labels. */
export function ownTagsOf(run: Node): Named[] {
  return withPrefix(run, TAG).filter(({ name }) => name.startsWith(OWN_TAG) && name !== NOTE);
}

function withPrefix({ custom_properties }: Node, prefix: string): Named[] {
  return Object.entries(custom_properties)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, { value }]) => ({ name: name.slice(prefix.length), value: String(value) }))
    .sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
}

/** A tag; undefined if it has none of the name. */
export function tagOf(run: Pick<Node, "custom_properties">, name: string): string | undefined {
  const value = run.custom_properties[TAG + name]?.value;
  return value === undefined ? undefined : String(value);
}

/** The properties that are neither parameters nor tags, nor said elsewhere on the page of a run. */
export function withoutOwn(run: Node): Node {
  const rest = Object.entries(run.custom_properties).filter(
    ([name]) => !name.startsWith(PARAM) && !name.startsWith(TAG),
  );
  const own = Object.entries(run.properties).filter(([name]) => !SAID.has(name));
  return { ...run, properties: Object.fromEntries(own), custom_properties: Object.fromEntries(rest) };
}

const SAID: ReadonlySet<string> = new Set(["name", "run_id", "experiment_id", "user_id", "artifact_uri"]);

/** Whether a property of a run is a tag or an id, which a comparison says elsewhere or not at all. */
export function isSaidElsewhere(record: Pick<Node, "type">, name: string): boolean {
  if (!isMlflowRun(record)) return false;
  return SAID.has(name) || name.startsWith(TAG);
}

/** A property of a run as a text; undefined if it is empty. */
export function propertyOf(run: Node, name: string): string | undefined {
  const value = run.properties[name]?.value;
  return value === undefined || value === "" ? undefined : String(value);
}

/** What people call its experiment: the name of the context without the workspace in front. */
export function experimentOf(run: Pick<Node, "contexts" | "workspace">): { id: string; name: string } | undefined {
  const found = run.contexts.find(({ type }) => type === EXPERIMENT_TYPE);
  if (!found) return undefined;
  const whole = found.name ?? found.key;
  const prefix = `${run.workspace}/`;
  return { id: found.id, name: whole.startsWith(prefix) ? whole.slice(prefix.length) : whole };
}

export interface Linked {
  readonly node: Neighbour["node"];
  /** What events say of it, such as "training" or "step 12". */
  readonly words: readonly string[];
}

/** Events by the artifact at their other end: a model that was both declared and put out is one model. */
export function byArtifact(events: readonly Neighbour[]): Linked[] {
  const found = new Map<string, Linked>();
  for (const { event, node } of events) {
    const words = pathWords(event.path);
    const known = found.get(node.key)?.words ?? [];
    found.set(node.key, { node, words: [...new Set([...known, ...words])] });
  }
  return [...found.values()];
}

/** The path of an event: the step of a model, or tags one after the other, key and value. */
function pathWords(path: Neighbour["event"]["path"]): string[] {
  return path.flatMap(({ key, index }, at) => {
    if (index !== null && index !== undefined) return [`step ${index}`];
    const tag = at % 2 === 1 ? path[at - 1]?.key : undefined;
    if (!key || !tag) return [];
    return [tag === CONTEXT_TAG ? key : `${tag}: ${key}`];
  });
}
