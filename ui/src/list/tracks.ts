// How wide the columns of a list are, and where those that are pinned stop. No drawing here.

import type { CSSProperties } from "react";
import type { Column } from "./columns";

const TICK = 40;
/** From this width of the window on, pinned columns have more room: others share what is left. */
const WIDE = 1800;
const MORE = 120;

type Widths = Readonly<Record<string, number>>;

/** Where each pinned column stops, pixels. */
export type PinnedLefts = Readonly<Record<string, number>>;

/** The widths of all columns as variables of the style sheet. */
export function tracksOf(columns: readonly Column[], widths: Widths): CSSProperties {
  const tracks = [`${TICK}px`, ...columns.map((column) => trackOf(column, widths[column.key]))];
  const least = TICK + columns.reduce((sum, column) => sum + (widths[column.key] ?? column.width), 0);
  return { "--columns": tracks.join(" "), "--least": `${least}px` } as CSSProperties;
}

function trackOf(column: Column, width: number | undefined): string {
  if (width !== undefined) return `${width}px`;
  // Where a pinned column ends must be known, since the next one stops there.
  if (column.pinned) return `${column.width + TICK + (innerWidth >= WIDE ? MORE : 0)}px`;
  return column.key === "name" ? `minmax(${column.width}px, 2fr)` : `minmax(${column.width}px, 1fr)`;
}

/** Where each pinned column stops when the others are scrolled sideways. */
export function pinnedLefts(columns: readonly Column[], widths: Widths): PinnedLefts {
  const lefts: Record<string, number> = {};
  let left = TICK;
  for (const column of columns) {
    if (!column.pinned) continue;
    lefts[column.key] = left;
    left += Number.parseInt(trackOf(column, widths[column.key]), 10);
  }
  return lefts;
}
