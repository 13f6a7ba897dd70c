// The keys of the filter language and what each one takes. What stays out: parsing (parse.ts) and asking (compile.ts).

export type Takes = "text" | "number" | "time" | "id" | "key";

export interface FilterKey {
  readonly key: string;
  readonly takes: Takes;
  readonly says: string;
  readonly example: string;
  /** The key is a beginning that a name follows: label.team */
  readonly named?: boolean;
}

export const FILTER_KEYS: readonly FilterKey[] = [
  { key: "type", takes: "text", says: "type of the record", example: "type:model" },
  { key: "name", takes: "text", says: "name", example: 'name:"loaf forecast"' },
  { key: "state", takes: "text", says: "state", example: "state:live,pending" },
  { key: "uri", takes: "text", says: "where it lies", example: "uri:gs://bakery" },
  { key: "id", takes: "id", says: "id", example: "id:12" },
  { key: "workspace", takes: "text", says: "workspace or pipeline", example: "workspace:bakery" },
  { key: "run", takes: "text", says: "run", example: "run:nightly-7" },
  { key: "created", takes: "time", says: "when it was recorded", example: "created>7d" },
  { key: "updated", takes: "time", says: "when it last changed", example: "updated:2026-01-01..2026-02-01" },
  { key: "label.", takes: "text", says: "a label", example: "label.team=forecasting", named: true },
  { key: "prop.", takes: "text", says: "a property", example: "prop.framework=xgboost", named: true },
  { key: "metric.", takes: "number", says: "a metric", example: "metric.auc>0.9", named: true },
  { key: "has", takes: "key", says: "a label, property or metric is there", example: "has:label.team" },
];

export const OPERATORS = [":", "!=", ">=", "<=", "=", ">", "<"] as const;
export type Operator = (typeof OPERATORS)[number];

/** The key that a written one means: label.team → the "label." row. */
export function findKey(written: string): FilterKey | undefined {
  const lower = written.toLowerCase();
  return FILTER_KEYS.find(({ key, named }) =>
    named ? lower.startsWith(key) && lower.length > key.length : lower === key,
  );
}
