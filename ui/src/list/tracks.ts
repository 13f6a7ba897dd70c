// How wide the columns of a list are, and where those that are pinned stop. No drawing here.

import type { CSSProperties } from "react";
import type { Column } from "./columns";

const TICK = 40;
/** What pinned columns have besides in a wide window, where others share what is left (table.css). */
const MORE = "var(--pinned-more)";

type Widths = Readonly<Record<string, number>>;

/** Where each pinned column stops, as a length of the style sheet. */
export type PinnedLefts = Readonly<Record<string, string>>;

/** The widths of all columns as variables of the style sheet. */
export function tracksOf(columns: readonly Column[], widths: Widths): CSSProperties {
  const tracks = [`${TICK}px`, ...columns.map((column) => trackOf(column, widths[column.key]))];
  const least = TICK + columns.reduce((sum, column) => sum + (widths[column.key] ?? column.width), 0);
  return { "--columns": tracks.join(" "), "--least": `${least}px` } as CSSProperties;
}

function trackOf(column: Column, width: number | undefined): string {
  if (width !== undefined) return `${width}px`;
  // Where a pinned column ends must be known, since the next one stops there.
  if (column.pinned) return `calc(${column.width + TICK}px + ${MORE})`;
  return column.key === "name" ? `minmax(${column.width}px, 2fr)` : `minmax(${column.width}px, 1fr)`;
}

/** Where each pinned column stops when the others are scrolled sideways. */
export function pinnedLefts(columns: readonly Column[], widths: Widths): PinnedLefts {
  const lefts: Record<string, string> = {};
  const before = [`${TICK}px`];
  for (const column of columns) {
    if (!column.pinned) continue;
    lefts[column.key] = `calc(${before.join(" + ")})`;
    before.push(trackOf(column, widths[column.key]));
  }
  return lefts;
}
