// What becomes of the columns of a list when a person changes one of them: keys as they are written in addresses.

import { type Column, type Figure, metricOf, writeColumn } from "./columns";

type Columns = readonly Column[];

/** Without a column, or with it at the end. */
export function toggled(columns: Columns, key: string): string[] {
  const written = columns.map(writeColumn);
  const at = placeOf(columns, key);
  return at < 0 ? [...written, key] : written.toSpliced(at, 1);
}

/** With a column so many places further to the right. */
export function moved(columns: Columns, key: string, by: number): string[] {
  const written = columns.map(writeColumn);
  const at = placeOf(columns, key);
  return written.toSpliced(at, 1).toSpliced(Math.max(0, at + by), 0, written[at] as string);
}

/** With another report of the metric of a column; undefined if that report has a column already. */
export function withFigure(columns: Columns, key: string, figure: Figure): string[] | undefined {
  const other = `${figure}.${metricOf(key)?.name}`;
  return placeOf(columns, other) < 0 ? changed(columns, key, { key: other }) : undefined;
}

export function changed(columns: Columns, key: string, changes: Partial<Column>): string[] {
  return columns.map((column) => writeColumn(column.key === key ? { ...column, ...changes } : column));
}

function placeOf(columns: Columns, key: string): number {
  return columns.findIndex((column) => column.key === key);
}
