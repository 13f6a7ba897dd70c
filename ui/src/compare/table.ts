// The comparison as rows: one field a row, one record a column. No drawing here.

import type { Evaluation, Node } from "../api/shapes";
import { compareValues, toNumber } from "../values/numbers";
import { isInternal } from "../values/PropertyList";
import { parseJson, type TypedValue } from "../values/Value";

export interface CompareRow {
  readonly section: "Metrics" | "Parameters and properties" | "Record" | "Labels";
  readonly name: string;
  readonly values: readonly (TypedValue | undefined)[];
  readonly differs: boolean;
}

/** All fields of the records, metrics first. */
export function compareRows(nodes: readonly Node[], evaluations: readonly (readonly Evaluation[])[]): CompareRow[] {
  return [
    ...metricRows(evaluations),
    ...rowsOf("Parameters and properties", nodes.map(fieldsOf)),
    ...rowsOf(
      "Labels",
      nodes.map(({ labels }) => mapTexts(labels)),
    ),
    ...rowsOf("Record", nodes.map(recordOf)),
  ];
}

type Fields = ReadonlyMap<string, TypedValue>;

function rowsOf(section: CompareRow["section"], columns: readonly Fields[]): CompareRow[] {
  const names = [...new Set(columns.flatMap((fields) => [...fields.keys()]))].sort(compareValues);
  return names.map((name) => {
    const values = columns.map((fields) => fields.get(name));
    return { section, name, values, differs: new Set(values.map((value) => JSON.stringify(value?.value))).size > 1 };
  });
}

/** The last value of each metric. One that was measured in several ways has a row for each: they cannot be compared. */
function metricRows(evaluations: readonly (readonly Evaluation[])[]): CompareRow[] {
  const ways = new Map<string, Set<string | null>>();
  for (const { values, metrics_type } of evaluations.flat()) {
    for (const name of Object.keys(values)) ways.set(name, (ways.get(name) ?? new Set()).add(metrics_type));
  }
  const nameOf = (name: string, way: string | null) =>
    (ways.get(name)?.size ?? 0) > 1 ? `${name} (${way ?? "other"})` : name;
  const lastValues = (reports: readonly Evaluation[]): Fields =>
    new Map(
      reports.flatMap(({ values, metrics_type }) =>
        Object.entries(values).map(([name, value]) => [nameOf(name, metrics_type), { kind: "double", value }] as const),
      ),
    );
  return rowsOf("Metrics", evaluations.map(lastValues));
}

// Said in the head of each column, or of no meaning to people.
const ELSEWHERE = new Set(["name", "version", "create_time", "labels", "id", "kwargs", "workspace", "uri"]);

/** Properties and what the SDK keeps, JSON objects taken apart: hyperparameters.layers. */
function fieldsOf(node: Node): Fields {
  const fields = new Map<string, TypedValue>();
  for (const [name, value] of Object.entries({ ...node.properties, ...node.custom_properties })) {
    if (isInternal(name) || ELSEWHERE.has(name)) continue;
    const parsed = value.kind === "string" ? parseJson(value.value) : value.value;
    flatten(name, parsed === undefined ? value : { kind: value.kind, value: parsed }, fields);
  }
  for (const [name, value] of Object.entries(node.meta ?? {})) {
    if (value === null || ELSEWHERE.has(name) || fields.has(name)) continue;
    flatten(name, { kind: typeof value, value }, fields);
  }
  return fields;
}

function flatten(name: string, field: TypedValue, fields: Map<string, TypedValue>): void {
  const { value } = field;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
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
  const texts = { type: node.type, state: node.state, uri: node.uri, workspace: node.workspace, run: node.run };
  return mapTexts(Object.fromEntries(Object.entries(texts).filter(([, text]) => text)) as Record<string, string>);
}

/** The difference of two numbers; null where one is none, or they are equal. */
export function deltaOf(value: TypedValue | undefined, base: TypedValue | undefined): number | null {
  const [number, baseNumber] = [toNumber(value?.value), toNumber(base?.value)];
  if (number === null || baseNumber === null || Number.isNaN(number - baseNumber)) return null;
  return number === baseNumber ? null : number - baseNumber;
}
