// The table of columns: only the rows in sight are in the document. One tab stop; arrow keys go from row to row, Enter or a
// click chooses one.

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type RefObject, useMemo, useRef, useState } from "react";
import type { Column } from "../api/openlineage";
import { breakable } from "../values/names";
import { parentsOf, say, sayChecks, shortName } from "./words";

const ROW_HEIGHT = 40;
const PAGE = 12;
const DEEPEST = 6;

interface TableProps {
  readonly columns: readonly Column[];
  /** All columns, which tell what a field is within. */
  readonly all: readonly Column[];
  readonly chosen: string | undefined;
  readonly onChoose: (name: string) => void;
}

export function ColumnTable({ columns, all, chosen, onChoose }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { rows, at, setCursor } = useRows(columns, chosen, scroller);
  const parents = useMemo(() => parentsOf(all), [all]);
  const move = (to: number) => {
    setCursor(to);
    rows.scrollToIndex(to);
  };
  const choose = (index: number) => {
    setCursor(index);
    if (columns[index]) onChoose(columns[index].name);
  };
  return (
    <div
      className="column-table"
      role="grid"
      aria-label="Columns"
      aria-rowcount={columns.length + 1}
      aria-activedescendant={columns[at] ? `column-${at}` : undefined}
      tabIndex={0}
      ref={scroller}
      onKeyDown={(event) => {
        const to = placeAfter(event, at, columns.length);
        if (to === undefined && event.key !== "Enter") return;
        event.preventDefault();
        if (to === undefined) choose(at);
        else move(to);
      }}
    >
      <Head />
      <div role="rowgroup" className="column-rows" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const column = columns[index] as Column;
          return (
            <Row
              key={column.name}
              column={column}
              index={index}
              start={start}
              name={shortName(column, parents.get(column.name))}
              isCursor={index === at}
              isChosen={column.name === chosen}
              onChoose={choose}
            />
          );
        })}
      </div>
    </div>
  );
}

/** The rows in sight, and the one that keys act on. */
function useRows(columns: readonly Column[], chosen: string | undefined, scroller: RefObject<HTMLDivElement | null>) {
  const [cursor, setCursor] = useState(() =>
    Math.max(
      0,
      columns.findIndex(({ name }) => name === chosen),
    ),
  );
  const rows = useVirtualizer({
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    // A link to a column leads to its row.
    initialOffset: Math.max(0, cursor - 4) * ROW_HEIGHT,
  });
  const at = Math.min(cursor, columns.length - 1);
  return { rows, at, setCursor };
}

/** The row that a key leads to, undefined if it is none of these keys. */
function placeAfter(event: KeyboardEvent, at: number, length: number): number | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + PAGE,
    PageUp: at - PAGE,
    Home: 0,
    End: length - 1,
  };
  const to = steps[event.key];
  return to === undefined ? undefined : Math.max(0, Math.min(length - 1, to));
}

const HEADS = ["Name", "Type", "Description", "Tags", "Nulls", "Distinct", "Least – greatest", "Checks"];

function Head() {
  return (
    <div role="rowgroup" className="column-head">
      <div role="row" aria-rowindex={1} className="column-row">
        {HEADS.map((head) => (
          <span key={head} role="columnheader">
            {head}
          </span>
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  readonly column: Column;
  readonly index: number;
  readonly start: number;
  readonly name: string;
  readonly isCursor: boolean;
  readonly isChosen: boolean;
  readonly onChoose: (index: number) => void;
}

function Row({ column, index, start, name, isCursor, isChosen, onChoose }: RowProps) {
  const { quality, assertions, tags } = column;
  const range = quality && (quality.least !== null || quality.greatest !== null);
  const isFailed = assertions.some((check) => !check.is_passed);
  return (
    <div
      role="row"
      id={`column-${index}`}
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      tabIndex={-1}
      className={`column-row${isCursor ? " column-cursor" : ""}`}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => onChoose(index)}
    >
      <span
        role="gridcell"
        className={`column-name column-depth-${Math.min(column.depth, DEEPEST)}`}
        title={column.name}
      >
        <bdi>{breakable(name)}</bdi>
        {column.depth > 0 && <span className="sr-only"> within {column.name}</span>}
      </span>
      <Cell text={column.type ?? ""} className="mono muted" />
      <Cell text={column.description ?? ""} />
      <Cell text={tags.map(({ key, value }) => (value ? `${key}: ${value}` : key)).join(", ")} />
      <Cell text={quality?.nulls != null ? say(quality.nulls) : ""} className="number" />
      <Cell text={quality?.distinct != null ? say(quality.distinct) : ""} className="number" />
      <Cell text={range ? `${say(quality.least)} – ${say(quality.greatest)}` : ""} className="number" />
      <Cell text={sayChecks(assertions)} className={isFailed ? "tone-failed" : "tone-done"} />
    </div>
  );
}

function Cell({ text, className }: { text: string; className?: string }) {
  return (
    <span role="gridcell" className={className} title={text || undefined}>
      <bdi>{text}</bdi>
    </span>
  );
}
