// The rows of a list: only those in sight are in the document. One tab stop; keys as in Help.

import { Checkbox } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, useEffect, useMemo, useRef, useState } from "react";
import { type Row, titleOf } from "../api/shapes";
import { cutDistinct } from "../values/names";
import type { Column } from "./columns";
import { type PinnedLefts, TableRow, useRowActs } from "./TableRow";
import { useColumnWidths } from "./useColumnWidths";
import { useScrollMemory } from "./useScrollMemory";

const ROW_HEIGHT = 36;
const TICK = 40;

export interface RecordTableProps {
  readonly kind: string;
  /** Which list this is: another one begins at its top, the same one where it was left. */
  readonly place: string;
  readonly records: readonly Row[];
  readonly columns: readonly Column[];
  readonly total: number | undefined;
  readonly sort: string | undefined;
  readonly selected: ReadonlySet<string>;
  readonly preview: string | undefined;
  readonly hasMore: boolean;
  readonly onMore: () => void;
  readonly onSort: (sort: string) => void;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly onPreview: (id: string | undefined) => void;
  readonly onOpen: (record: Row) => void;
  readonly onGraph?: (record: Row) => void;
  readonly onCompare?: () => void;
  readonly onChoose: (key: string, value: string, negated: boolean) => void;
}

export function RecordTable(props: RecordTableProps) {
  const { records, columns, selected, hasMore, onMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(0);
  const [anchor, setAnchor] = useState(0);
  const [widths, resize] = useColumnWidths(props.kind);
  const rows = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  useScrollMemory(scroller, props.place, records.length * ROW_HEIGHT);
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= records.length - 20) onMore();
  }, [hasMore, last, records.length, onMore]);

  const template = ["40px", ...columns.map((column) => trackOf(column, widths[column.key]))].join(" ");
  const visible = items.map(({ index }) => nameAt(records[index])).join("\u0000");
  const shortNames = useMemo(() => cutDistinct(visible.split("\u0000"), 34), [visible]);

  const move = (to: number, extend: boolean) => {
    const next = Math.max(0, Math.min(records.length - 1, to));
    setCursor(next);
    rows.scrollToIndex(next);
    if (extend) select(range(anchor, next));
    else setAnchor(next);
    if (props.preview !== undefined) props.onPreview(records[next]?.id);
  };
  const select = (indexes: readonly number[]) => {
    const ids = indexes.map((index) => records[index]?.id).filter((id) => id !== undefined);
    props.onSelect(new Set([...selected, ...ids]));
  };
  const toggle = (index: number, extend: boolean) => {
    const id = records[index]?.id;
    if (id === undefined) return;
    if (extend) return select(range(anchor, index));
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setAnchor(index);
    props.onSelect(next);
  };
  const acts = useRowActs({
    toggle,
    click: (index, extend) => {
      setCursor(index);
      if (extend) toggle(index, true);
      else props.onPreview(records[index]?.id);
    },
    open: props.onOpen,
    choose: props.onChoose,
  });
  const press = (event: React.KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const record = records[cursor];
    const keys: Record<string, () => void> = {
      ArrowDown: () => move(cursor + 1, event.shiftKey),
      ArrowUp: () => move(cursor - 1, event.shiftKey),
      PageDown: () => move(cursor + 15, event.shiftKey),
      PageUp: () => move(cursor - 15, event.shiftKey),
      Home: () => move(0, event.shiftKey),
      End: () => move(records.length - 1, event.shiftKey),
      " ": () => toggle(cursor, event.shiftKey),
      Enter: () => record && props.onOpen(record),
      g: () => record && props.onGraph?.(record),
      c: () => props.onCompare?.(),
      Escape: () => (props.preview ? props.onPreview(undefined) : props.onSelect(new Set())),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const lefts = useMemo(() => pinnedLefts(columns, widths), [columns, widths]);
  const least = 40 + columns.reduce((sum, column) => sum + (widths[column.key] ?? column.width), 0);
  const style = { "--columns": template, "--least": `${least}px` } as CSSProperties;
  return (
    <div
      className="grid"
      role="grid"
      aria-label={`List of ${props.kind}`}
      aria-rowcount={props.total ?? -1}
      aria-multiselectable
      aria-activedescendant={records[cursor] ? `row-${records[cursor].id}` : undefined}
      tabIndex={0}
      ref={scroller}
      style={style}
      onKeyDown={press}
    >
      <HeaderRow {...props} lefts={lefts} onResize={resize} />
      <div role="rowgroup" className="grid-body" style={{ height: rows.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = records[index] as Row;
          return (
            <TableRow
              key={row.id}
              row={row}
              index={index}
              start={start}
              columns={columns}
              lefts={lefts}
              shortName={shortNames.get(titleOf(row)) ?? titleOf(row)}
              isCursor={index === cursor}
              isSelected={selected.has(row.id)}
              isPreviewed={props.preview === row.id}
              acts={acts}
            />
          );
        })}
      </div>
    </div>
  );
}

function nameAt(row: Row | undefined): string {
  return row ? titleOf(row) : "";
}

function trackOf(column: Column, width: number | undefined): string {
  if (width !== undefined) return `${width}px`;
  // Where a pinned column ends must be known, since the next one stops there.
  if (column.pinned) return `${column.width + 40}px`;
  return column.key === "name" ? `minmax(${column.width}px, 2fr)` : `minmax(${column.width}px, 1fr)`;
}

/** Where each pinned column stops when the others are scrolled sideways, pixels. */
function pinnedLefts(columns: readonly Column[], widths: Readonly<Record<string, number>>): PinnedLefts {
  const lefts: Record<string, number> = {};
  let left = TICK;
  for (const column of columns) {
    if (!column.pinned) continue;
    lefts[column.key] = left;
    left += Number.parseInt(trackOf(column, widths[column.key]), 10);
  }
  return lefts;
}

function range(from: number, to: number): number[] {
  const [low, high] = from < to ? [from, to] : [to, from];
  return Array.from({ length: high - low + 1 }, (_, at) => low + at);
}

interface HeaderRowProps extends RecordTableProps {
  readonly lefts: PinnedLefts;
  readonly onResize: (key: string, width: number) => void;
}

function HeaderRow(props: HeaderRowProps) {
  const { columns, records, selected, sort, lefts, onSort, onSelect, onResize } = props;
  const all = records.length > 0 && records.every(({ id }) => selected.has(id));
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" aria-rowindex={1} className="row row-head">
        <div role="columnheader" className="cell cell-tick">
          <Checkbox
            size="xs"
            aria-label="Select all that are loaded"
            checked={all}
            indeterminate={!all && selected.size > 0}
            onChange={() => onSelect(new Set(all ? [] : records.map(({ id }) => id)))}
          />
        </div>
        {columns.map((column) => (
          <HeaderCell
            key={column.key}
            column={column}
            left={lefts[column.key]}
            sort={sort}
            onSort={onSort}
            onResize={onResize}
          />
        ))}
      </div>
    </div>
  );
}

interface HeaderCellProps {
  readonly column: Column;
  readonly left: number | undefined;
  readonly sort: string | undefined;
  readonly onSort: (sort: string) => void;
  readonly onResize: (key: string, width: number) => void;
}

function HeaderCell({ column, left, sort, onSort, onResize }: HeaderCellProps) {
  const order = sort === column.key ? "ascending" : sort === `-${column.key}` ? "descending" : "none";
  const Arrow = order === "ascending" ? IconArrowUp : IconArrowDown;
  return (
    <div
      role="columnheader"
      aria-sort={order}
      className={`cell cell-head cell-${column.align ?? "start"} ${left === undefined ? "" : "cell-pinned"}`}
      style={{ insetInlineStart: left }}
    >
      {column.sortable ? (
        <button
          type="button"
          className="sort"
          onClick={() => onSort(order === "descending" ? column.key : `-${column.key}`)}
        >
          {column.title}
          {column.note && <span className="muted">{column.note}</span>}
          {order !== "none" && <Arrow size={14} aria-hidden />}
        </button>
      ) : (
        <span className="sort">{column.title}</span>
      )}
      <span className="resizer" aria-hidden onPointerDown={(event) => drag(event, column.key, onResize)} />
    </div>
  );
}

function drag(
  event: React.PointerEvent<HTMLElement>,
  key: string,
  onResize: (key: string, width: number) => void,
): void {
  event.preventDefault();
  const handle = event.currentTarget;
  const start = event.clientX - (handle.parentElement?.offsetWidth ?? 0);
  const follow = (moved: PointerEvent) => onResize(key, Math.max(56, Math.round(moved.clientX - start)));
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("pointerup", () => handle.removeEventListener("pointermove", follow), { once: true });
}
