// The head of a list: what each column is called, how it is sorted, how wide it is. The rows: RecordTable.tsx.

import { Checkbox } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import type { Row } from "../api/shapes";
import type { Column } from "./columns";
import type { PinnedLefts } from "./tracks";

interface TableHeadProps {
  readonly records: readonly Row[];
  readonly columns: readonly Column[];
  readonly selected: ReadonlySet<string>;
  readonly sort: string | undefined;
  readonly lefts: PinnedLefts;
  readonly onSort: (sort: string) => void;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly onResize: (key: string, width: number) => void;
}

export function TableHead(props: TableHeadProps) {
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
  readonly left: string | undefined;
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
          <span title={column.key}>{column.title}</span>
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
