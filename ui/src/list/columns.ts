// Columns of a list: which there are, how each reads its value, what the server sorts by. No drawing here.

import type { ListKind, Row } from "../api/shapes";
import { fieldName } from "../values/humanNames";
import type { TypedValue } from "../values/Value";

/** Which of a metric's reports a column shows: metric.auc the last, least.auc, greatest.auc. */
export const FIGURES = { metric: "last", least: "least", greatest: "greatest" } as const;
export type Figure = keyof typeof FIGURES;

export interface Column {
  /** name, created, label.team, prop.framework, metric.auc, greatest.auc */
  readonly key: string;
  readonly title: string;
  /** Which report of a metric, where it is not the last. */
  readonly note?: string;
  readonly width: number;
  /** The server can sort by it. */
  readonly sortable: boolean;
  readonly align?: "end";
  /** Stays at the start while the others are scrolled sideways. */
  readonly pinned?: boolean;
}

const FIXED: Readonly<Record<string, Omit<Column, "key" | "pinned">>> = {
  name: { title: "Name", width: 240, sortable: true },
  version: { title: "Version", width: 100, sortable: true },
  labels: { title: "Labels", width: 150, sortable: false },
  aliases: { title: "Aliases", width: 120, sortable: false },
  type: { title: "Type", width: 120, sortable: true },
  state: { title: "State", width: 110, sortable: true },
  failure: { title: "Why it failed", width: 220, sortable: false },
  made_by: { title: "Made by", width: 120, sortable: false },
  workspace: { title: "Workspace", width: 120, sortable: true },
  run: { title: "Run", width: 140, sortable: true },
  created: { title: "Created", width: 100, sortable: true },
  updated: { title: "Updated", width: 100, sortable: true },
  ran: { title: "Ran", width: 100, sortable: true },
  duration: { title: "Duration", width: 100, sortable: false, align: "end" },
  id: { title: "Id", width: 80, sortable: true, align: "end" },
  uri: { title: "URI", width: 280, sortable: true },
};

const DEFAULTS: Readonly<Record<ListKind, readonly string[]>> = {
  artifacts: ["!name", "version", "type", "state", "made_by", "workspace", "created"],
  executions: ["!name", "type", "state", "failure", "duration", "workspace", "run", "created"],
  runs: ["!name", "workspace", "prop.artifacts", "prop.executions", "prop.states", "created", "updated"],
  workspaces: ["!name", "type", "created", "updated", "id"],
};

const ABSENT: Readonly<Record<ListKind, readonly string[]>> = {
  artifacts: ["ran", "duration", "failure"],
  executions: ["uri", "version", "made_by", "aliases"],
  runs: ["type", "version", "labels", "aliases", "state", "failure", "ran", "duration", "uri", "run", "made_by"],
  workspaces: ["version", "aliases", "state", "failure", "ran", "duration", "uri", "run", "workspace", "made_by"],
};

export function defaultColumns(kind: ListKind): readonly string[] {
  return DEFAULTS[kind];
}

/** Columns that every record of the kind has. */
export function fixedColumns(kind: ListKind): string[] {
  return Object.keys(FIXED).filter((key) => !ABSENT[kind].includes(key));
}

/** Columns as they are written in addresses, "!" before those that are pinned; pinned ones come first. */
export function readColumns(written: readonly string[]): Column[] {
  const columns = written.map((each) => ({ ...columnOf(each.replace(/^!/, "")), pinned: each.startsWith("!") }));
  return [...columns.filter(({ pinned }) => pinned), ...columns.filter(({ pinned }) => !pinned)];
}

export function writeColumn({ key, pinned }: Column): string {
  return pinned ? `!${key}` : key;
}

export function columnOf(key: string): Column {
  const fixed = FIXED[key];
  if (fixed) return { key, ...fixed };
  const metric = metricOf(key);
  if (!metric) return { key, title: fieldName(key), width: 140, sortable: true };
  const { figure } = metric;
  const title = fieldName(key);
  return {
    key,
    title,
    width: Math.min(200, Math.max(110, Math.ceil(title.length * LETTER) + BESIDE)),
    sortable: true,
    align: "end",
    ...(figure !== "metric" && { note: figure }),
  };
}

/** How wide a letter of a head is, and what stands beside its title, in pixels: a metric is known by its whole name. */
const LETTER = 7.5;
const BESIDE = 34;

/** The metric that a column shows, and which of its reports; undefined for all other columns. */
export function metricOf(key: string): { name: string; figure: Figure } | undefined {
  const [, figure, name] = /^(metric|least|greatest)\.(.+)$/s.exec(key) ?? [];
  return name ? { name, figure: figure as Figure } : undefined;
}

/** The order of a list whose columns have changed: by the same metric as before, but by the report that is shown now. */
export function sortAfter(sort: string, keys: readonly string[]): string {
  const sorted = metricOf(sort.replace(/^-/, ""));
  const shown = keys.map((key) => key.replace(/^!/, ""));
  if (!sorted || shown.includes(sort.replace(/^-/, ""))) return sort;
  const other = shown.find((key) => metricOf(key)?.name === sorted.name);
  return other ? (sort.startsWith("-") ? `-${other}` : other) : sort;
}

/** Columns that take room for nothing where no record has a value, and what a record has in them. */
const OPTIONAL: Readonly<Record<string, (row: Row) => unknown>> = {
  version: ({ version }) => version,
  labels: ({ labels }) => Object.keys(labels ?? {}).length,
  aliases: ({ aliases }) => aliases?.length,
  failure: ({ failure }) => failure,
  state: ({ state }) => state,
  made_by: ({ made_by: maker }) => maker,
};

/** The columns without those that none of the records fills. */
export function filledColumns(columns: readonly Column[], records: readonly Row[]): readonly Column[] {
  return columns.filter(({ key }) => {
    const read = OPTIONAL[key];
    return read === undefined || records.some((row) => Boolean(read(row)));
  });
}

/** Whether the server must be asked for the column's values. */
export function isAskedFor(key: string): boolean {
  return FIXED[key] === undefined;
}

/** What a row has in a column that was asked for. */
export function valueIn(row: Row, key: string): TypedValue | undefined {
  const metric = metricOf(key);
  if (!metric) return row.values[key];
  const values = row.metrics[metric.name];
  return values && { kind: "double", value: values[FIGURES[metric.figure]] };
}
