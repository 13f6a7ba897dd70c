// The comparison as rows: one field a row, one record a column. No drawing here.

import type { components } from "../api/schema";
import type { Node } from "../api/shapes";
import { isSystem } from "../curves/groups";
import { isOfEnvironment } from "../environment/environment";
import { isMlflowRun, isSaidElsewhere, ownTagsOf } from "../mlflow/run";
import { fieldName, metricName } from "../values/humanNames";
import { compareValues, toNumber } from "../values/numbers";
import { isInternal } from "../values/PropertyList";
import { parseJson, type TypedValue } from "../values/Value";
import { differ, meanTheSame, NONE } from "./meaning";

export type Compared = components["schemas"]["ComparedMetric"];

export type Section =
  | "Metrics"
  | "Model"
  | "Parameters of the execution that made it"
  | "Parameters and properties"
  | "Inputs"
  | "Record"
  | "Content"
  | "Labels"
  | "System metrics";

export interface CompareRow {
  readonly section: Section;
  /** What tells it from all other rows, in addresses too: metric.depth is another row than prop.depth. */
  readonly key: string;
  /** Its name as it is recorded. */
  readonly name: string;
  /** What older addresses call it, if that is neither its key nor its name: "recall (macro)". */
  readonly former?: string;
  /** What people read; no two rows have the same. */
  readonly title: string;
  readonly values: readonly (TypedValue | undefined)[];
  readonly differs: boolean;
}

/** The versions of what executions read, by name. */
export type Inputs = Readonly<Record<string, readonly string[]>>;

/**
 * All fields of the records, metrics first.
 *
 * @param metrics the latest metrics of each record, in the order of the records.
 * @param makers the executions that made the artifacts among them, by the keys of the artifacts.
 * @param inputs what these read, or the executions among the records, by the keys of the records.
 */
export function compareRows(
  nodes: readonly Node[],
  metrics: readonly (readonly Compared[])[],
  makers: ReadonlyMap<string, Node> = new Map(),
  inputs: ReadonlyMap<string, Inputs> = new Map(),
): CompareRow[] {
  const measured = metricRows(metrics);
  const fields = nodes.map((node, at) => fieldsOf(node, metrics[at] ?? []));
  const given = nodes.map(({ key }) => parametersOf(makers.get(key)));
  const isOf = (names: ReadonlySet<string>) => (name: string) => names.has(name);
  const isElsewhere = (name: string) => MODEL.has(name) || CONTENT.has(name) || isSaidByMaker(name, fields, given);
  return distinct([
    ...measured.filter(({ section }) => section === "Metrics"),
    ...rowsOf("Model", fields, isOf(MODEL)),
    ...ownFirst(rowsOf("Parameters of the execution that made it", given), fields),
    ...rowsOf("Parameters and properties", fields, (name) => !isElsewhere(name)),
    ...rowsOf(
      "Inputs",
      nodes.map(({ key }) => inputsOf(inputs.get(key))),
    ),
    ...rowsOf(
      "Labels",
      nodes.map(({ labels }) => mapTexts(labels)),
    ),
    ...rowsOf("Record", nodes.map(recordOf)),
    ...rowsOf("Content", fields, isOf(CONTENT)),
    ...measured.filter(({ section }) => section === "System metrics"),
  ]);
}

const WORDS: Readonly<Record<Section, string>> = {
  Metrics: "metric",
  "System metrics": "metric",
  Model: "prop",
  "Parameters of the execution that made it": "made_by.param",
  "Parameters and properties": "prop",
  Inputs: "input",
  Content: "prop",
  Labels: "label",
  Record: "record",
};

/** Rows that people would read alike are called by their keys, as a filter writes them: metric.depth, prop.depth. */
function distinct(rows: readonly CompareRow[]): CompareRow[] {
  const times = new Map<string, number>();
  for (const { title } of rows) times.set(title, (times.get(title) ?? 0) + 1);
  return rows.map((row) => (times.get(row.title) === 1 ? row : { ...row, title: row.key }));
}

type Fields = ReadonlyMap<string, TypedValue>;

/** What kind of model it is: the first that people ask of two that differ. */
const MODEL = new Set(["model_type", "training_framework.name", "training_framework.version"]);
/** What a record says of its data or files; conventions.CONTENT of the server. */
const CONTENT = new Set(["digest", "rows", "columns", "size", "format"]);
const HYPERPARAMETER = "hyperparameters.";

/** Whether the execution was given a hyperparameter of the model, too, and the same one for every record. */
function isSaidByMaker(name: string, fields: readonly Fields[], given: readonly Fields[]): boolean {
  if (!name.startsWith(HYPERPARAMETER)) return false;
  const values = given.map((each) => each.get(name.slice(HYPERPARAMETER.length)));
  return (
    values.some(Boolean) &&
    meanTheSame(
      values,
      fields.map((each) => each.get(name)),
    )
  );
}

/** Rows with what only the execution was given first: the arguments of the step, which people chose. */
function ownFirst(rows: readonly CompareRow[], fields: readonly Fields[]): CompareRow[] {
  const isOwn = ({ name }: CompareRow) => !fields.some((each) => each.has(HYPERPARAMETER + name));
  return [...rows.filter(isOwn), ...rows.filter((row) => !isOwn(row))];
}

function inputsOf(inputs: Inputs = {}): Fields {
  return mapTexts(Object.fromEntries(Object.entries(inputs).map(([name, versions]) => [name, versions.join(", ")])));
}

const DIGEST = /(^|[._])(digest|sha256|md5|checksum)$/i;

/** Where names are people's own, which are never put into other words. */
const EXACT: ReadonlySet<Section> = new Set(["Labels", "Inputs", "Parameters of the execution that made it"]);

function rowsOf(section: Section, columns: readonly Fields[], isOf = (_: string) => true): CompareRow[] {
  const sorted = [...new Set(columns.flatMap((fields) => [...fields.keys()]))].filter(isOf).sort(compareValues);
  // Digests differ wherever anything does, and say nothing to people: they come last.
  const names = [...sorted.filter((name) => !DIGEST.test(name)), ...sorted.filter((name) => DIGEST.test(name))];
  return names.map((name) => {
    const key = `${WORDS[section]}.${name}`;
    const title = EXACT.has(section) ? name : fieldName(section === "Record" ? name : key);
    return rowOf(
      { section, key, name, title },
      columns.map((fields) => fields.get(name)),
    );
  });
}

function rowOf(
  row: Pick<CompareRow, "section" | "key" | "name" | "title" | "former">,
  values: readonly (TypedValue | undefined)[],
): CompareRow {
  return { ...row, values, differs: differ(values) };
}

/** A metric that was measured in several ways has a row for each: they cannot be compared. */
function metricRows(metrics: readonly (readonly Compared[])[]): CompareRow[] {
  const found = valuesByWay(metrics);
  const sectionOf = (name: string): Section => (isSystem(name) ? "System metrics" : "Metrics");
  return [...found.keys()].sort(compareValues).flatMap((name) => {
    const ways = found.get(name) as Ways;
    return [...ways.keys()].sort(compareValues).map((way) => {
      const words = metricWords(name, ways.size > 1 ? way : undefined);
      return rowOf({ section: sectionOf(name), name, ...words }, ways.get(way) as Values);
    });
  });
}

type Values = (TypedValue | undefined)[];
type Ways = Map<string | null, Values>;

/** The last values of each metric and way, in the order of the records; 100,000 of them are read in one pass. */
function valuesByWay(metrics: readonly (readonly Compared[])[]): ReadonlyMap<string, Ways> {
  const found = new Map<string, Ways>();
  for (const [at, each] of metrics.entries())
    for (const { name, metrics_type: way, value } of each) {
      const ways = found.get(name) ?? new Map();
      const values = ways.get(way) ?? new Array(metrics.length).fill(undefined);
      values[at] = { kind: "double", value };
      found.set(name, ways.set(way, values));
    }
  return found;
}

/** How a metric is addressed and called; where it was measured in several ways, with the way. */
function metricWords(name: string, way: string | null | undefined): Pick<CompareRow, "key" | "title" | "former"> {
  if (way === undefined) return { key: `metric.${name}`, title: metricName(name) };
  const word = way ?? "other";
  // "other" is what has no way; a way that is called so is written otherwise.
  const part = way === "other" ? "%6Fther" : encodeURIComponent(word).replaceAll(".", "%2E");
  return { key: `metric:${part}.${name}`, title: `${metricName(name)} (${word})`, former: `${name} (${word})` };
}

// Among the fields of the record, or of no meaning to people.
const ELSEWHERE = new Set(["name", "version", "create_time", "labels", "id", "kwargs", "workspace", "uri"]);
/** Why an execution failed, which the SDK and the watchers record; conventions.FAILURE_OWN of the server. */
const FAILURE = ["failure_type", "failure_message", "failure_traceback"];

/** Properties and what the SDK keeps, JSON objects taken apart: hyperparameters.layers. */
function fieldsOf(node: Node, metrics: readonly Compared[]): Fields {
  const fields = new Map<string, TypedValue>();
  for (const [name, value] of Object.entries({ ...node.properties, ...node.custom_properties })) {
    if (isInternal(name) || ELSEWHERE.has(name) || FAILURE.includes(name) || isSaidElsewhere(node, name)) continue;
    if (node.kind === "execution" && isOfEnvironment(name)) continue;
    const parsed = value.kind === "string" ? parseJson(value.value) : value.value;
    flatten(name, parsed === undefined ? value : { kind: value.kind, value: parsed }, fields);
  }
  for (const [name, value] of Object.entries(node.meta ?? {})) {
    if (value === null || ELSEWHERE.has(name) || fields.has(name)) continue;
    flatten(name, { kind: typeof value, value }, fields);
  }
  // Values that are metrics have rows of their own.
  for (const { name } of metrics) fields.delete(`values.${name}`);
  return fields;
}

/** What an execution was given besides artifacts: custom properties of the names param.NAME. */
function parametersOf(maker: Node | undefined): Fields {
  const given = Object.entries(maker?.custom_properties ?? {}).filter(([name]) => name.startsWith(PARAM));
  return new Map(given.map(([name, value]) => [name.slice(PARAM.length), value]));
}

const PARAM = "param.";

function flatten(name: string, field: TypedValue, fields: Map<string, TypedValue>): void {
  const { value } = field;
  if (Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null)) {
    for (const [at, item] of value.entries()) flatten(`${name}[${at}]`, { kind: typeof item, value: item }, fields);
    return;
  }
  if (value === null) {
    fields.set(name, { kind: "string", value: NONE });
    return;
  }
  // An empty object is a value itself: nothing within it says that it is recorded.
  if (typeof value !== "object" || Array.isArray(value) || Object.keys(value).length === 0) {
    fields.set(name, field);
    return;
  }
  for (const [inner, item] of Object.entries(value))
    flatten(`${name}.${inner}`, { kind: typeof item, value: item }, fields);
}

function mapTexts(texts: Readonly<Record<string, string>>): Fields {
  return new Map(Object.entries(texts).map(([name, value]) => [name, { kind: "string", value }]));
}

function recordOf(node: Node): Fields {
  const { type, name, version, state, uri, workspace, run } = node;
  const texts = { type, name, version, aliases: node.aliases?.join(", "), state, uri, workspace, run };
  const known = Object.entries(texts).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const tags = isMlflowRun(node) ? ownTagsOf(node).map(({ name, value }): [string, string] => [name, value]) : [];
  const held = { ...node.properties, ...node.custom_properties };
  const failure = FAILURE.flatMap((name): [string, TypedValue][] => (held[name] ? [[name, held[name]]] : []));
  return new Map([...mapTexts(Object.fromEntries([...known, ...tags])), ...failure]);
}

/** Whether a row says why executions failed. */
export function isFailure({ section, name }: CompareRow): boolean {
  return section === "Record" && FAILURE.includes(name);
}

/** The difference of two numbers; null where one is none, or they are equal. */
export function deltaOf(value: TypedValue | undefined, base: TypedValue | undefined): number | null {
  const [number, baseNumber] = [toNumber(value?.value), toNumber(base?.value)];
  if (number === null || baseNumber === null || Number.isNaN(number - baseNumber)) return null;
  return number === baseNumber ? null : number - baseNumber;
}

/** The numbers of a row; null where a record has none. */
export function numbersOf(row: CompareRow): (number | null)[] {
  return row.values.map((value) => toNumber(value?.value));
}

/** Whether a row has numbers, and nothing that is none. */
export function isNumeric(row: CompareRow): boolean {
  const numbers = numbersOf(row);
  return (
    numbers.some((number) => number !== null && Number.isFinite(number)) &&
    row.values.every((value, at) => value === undefined || numbers[at] !== null)
  );
}

/** A value as a word on an axis. */
export function wordOf(value: TypedValue | undefined): string {
  if (value === undefined) return "–";
  return typeof value.value === "object" ? JSON.stringify(value.value) : String(value.value);
}
