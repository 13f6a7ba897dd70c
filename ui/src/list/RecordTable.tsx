// The rows of a list: only those in sight are in the document. One tab stop; keys as in Help (useTableActs.ts).

import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { type Row, titleOf } from "../api/shapes";
import { cutDistinct } from "../values/names";
import type { Column } from "./columns";
import { TableHead } from "./TableHead";
import { TableRow } from "./TableRow";
import { pinnedLefts, tracksOf } from "./tracks";
import { useColumnWidths } from "./useColumnWidths";
import { useScrollMemory } from "./useScrollMemory";
import { type TableAsks, useTableActs } from "./useTableActs";

const ROW_HEIGHT = 36;
/** So many rows before the last that is loaded, more are asked for. */
const AHEAD = 20;

export interface RecordTableProps extends TableAsks {
  readonly kind: string;
  /** Which list this is: another one begins at its top, the same one where it was left. */
  readonly place: string;
  readonly columns: readonly Column[];
  readonly total: number | undefined;
  readonly sort: string | undefined;
  readonly hasMore: boolean;
  readonly onMore: () => void;
  readonly onSort: (sort: string) => void;
}

export function RecordTable(props: RecordTableProps) {
  const { kind, records, columns, selected, preview } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [widths, resize] = useColumnWidths(kind);
  const rows = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  useScrollMemory(scroller, props.place, records.length * ROW_HEIGHT);
  const items = rows.getVirtualItems();
  useMore(props, items.at(-1)?.index ?? 0);
  const shortNames = useShortNames(items.map(({ index }) => records[index]));
  const { cursor, acts, press } = useTableActs(props, (index) => rows.scrollToIndex(index));
  // With other columns they are other cells: cells that moved would be a shift under the pointer.
  const shape = columns.map(({ key }) => key).join();
  const lefts = useMemo(() => pinnedLefts(columns, widths), [columns, widths]);
  return (
    <div
      className="grid"
      role="grid"
      aria-label={`List of ${kind}`}
      aria-rowcount={props.total ?? -1}
      aria-multiselectable
      aria-activedescendant={records[cursor] ? `row-${records[cursor].id}` : undefined}
      tabIndex={0}
      ref={scroller}
      style={tracksOf(columns, widths)}
      onKeyDown={press}
    >
      <TableHead key={shape} {...props} lefts={lefts} onResize={resize} />
      <div role="rowgroup" className="grid-body" style={{ height: rows.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = records[index] as Row;
          return (
            <TableRow
              key={`${row.id} ${shape}`}
              row={row}
              index={index}
              start={start}
              columns={columns}
              lefts={lefts}
              shortName={shortNames.get(titleOf(row)) ?? titleOf(row)}
              isCursor={index === cursor}
              isSelected={selected.has(row.id)}
              isPreviewed={preview === row.id}
              acts={acts}
            />
          );
        })}
      </div>
    </div>
  );
}

/** Ask for more rows before the last that is loaded comes into sight. */
function useMore({ records, hasMore, onMore }: RecordTableProps, last: number): void {
  useEffect(() => {
    if (hasMore && last >= records.length - AHEAD) onMore();
  }, [hasMore, last, records.length, onMore]);
}

/** Names short enough for a cell, which differ among the rows in sight. */
function useShortNames(rows: readonly (Row | undefined)[]) {
  const visible = rows.map((row) => (row ? titleOf(row) : "")).join("\u0000");
  return useMemo(() => cutDistinct(visible.split("\u0000"), 34), [visible]);
}
