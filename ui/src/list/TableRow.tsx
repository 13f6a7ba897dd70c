// One row of a list. Drawn anew only when something of it changes: scrolling moves it and no more.

import { memo, useMemo, useRef, useState } from "react";
import { type Row, titleOf } from "../api/shapes";
import { Cell } from "./Cell";
import { CellMenu } from "./CellMenu";
import type { Column } from "./columns";
import type { PinnedLefts } from "./tracks";

/** What a row can be asked to do. */
export interface RowActs {
  readonly toggle: (index: number, extend: boolean) => void;
  readonly click: (index: number, extend: boolean) => void;
  readonly open: (row: Row) => void;
  readonly choose: (key: string, value: string, negated: boolean) => void;
}

/** The same acts for the whole life of a table, though what they do is always the newest. */
export function useRowActs(newest: RowActs): RowActs {
  const current = useRef(newest);
  current.current = newest;
  return useMemo(
    () => ({
      toggle: (index, extend) => current.current.toggle(index, extend),
      click: (index, extend) => current.current.click(index, extend),
      open: (row) => current.current.open(row),
      choose: (key, value, negated) => current.current.choose(key, value, negated),
    }),
    [],
  );
}

interface TableRowProps {
  readonly row: Row;
  readonly index: number;
  /** Pixels from the top. */
  readonly start: number;
  readonly columns: readonly Column[];
  readonly lefts: PinnedLefts;
  readonly shortName: string;
  readonly isCursor: boolean;
  readonly isSelected: boolean;
  readonly isPreviewed: boolean;
  readonly acts: RowActs;
}

export const TableRow = memo((props: TableRowProps) => {
  const { row, index, columns, isSelected, acts } = props;
  // Menus would triple the document; only the row under the pointer has them.
  const [isPointedAt, setIsPointedAt] = useState(false);
  return (
    <div
      id={`row-${row.id}`}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      className={classOf(props)}
      style={{ transform: `translateY(${props.start}px)` }}
      onClick={(event) => acts.click(index, event.shiftKey)}
      onDoubleClick={() => acts.open(row)}
      onPointerEnter={() => setIsPointedAt(true)}
      onPointerLeave={(event) => {
        // An open menu lies beside the row; the way to it leads over other rows.
        if (!event.currentTarget.querySelector('[aria-expanded="true"]')) setIsPointedAt(false);
      }}
    >
      <div role="gridcell" className="cell cell-tick">
        {/* Not Mantine's: its six elements a row would be a tenth of the document. */}
        <input
          type="checkbox"
          className="tick"
          tabIndex={-1}
          aria-label={`Select ${titleOf(row)}`}
          checked={isSelected}
          onChange={() => undefined}
          // The list keeps the focus, so that its keys go on working after a tick.
          onMouseDown={(event) => event.preventDefault()}
          onClick={(event) => {
            event.stopPropagation();
            acts.toggle(index, event.shiftKey);
          }}
        />
      </div>
      {columns.map((column) => (
        <div
          role="gridcell"
          key={column.key}
          className={`cell cell-${column.align ?? "start"} ${column.pinned ? "cell-pinned" : ""}`}
          style={column.pinned ? { insetInlineStart: props.lefts[column.key] } : undefined}
        >
          <Cell row={row} column={column.key} shortName={props.shortName} />
          {isPointedAt && <CellMenu row={row} column={column.key} onChoose={acts.choose} />}
        </div>
      ))}
    </div>
  );
});

function classOf({ row, isCursor, isSelected, isPreviewed }: TableRowProps): string {
  const marks = [
    "row",
    isCursor && "row-cursor",
    isSelected && "row-selected",
    isPreviewed && "row-previewed",
    row.archived !== null && "row-archived",
  ];
  return marks.filter(Boolean).join(" ");
}
