// The menu of a cell: only records with this value, or all but those. Shown when the pointer is on the cell.

import { Menu } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useState } from "react";
import type { Row } from "../api/shapes";
import { valueIn } from "./columns";

interface CellMenuProps {
  readonly row: Row;
  readonly column: string;
  readonly onChoose: (key: string, value: string, negated: boolean) => void;
}

export function CellMenu({ row, column, onChoose }: CellMenuProps) {
  const [wanted, setWanted] = useState(false);
  const value = filterValue(row, column);
  if (value === undefined) return null;
  const button = (
    <button
      type="button"
      className="cell-menu"
      tabIndex={-1}
      aria-label={`Filter by ${column} ${value.slice(0, 40)}`}
      onClick={(event) => {
        event.stopPropagation();
        setWanted(true);
      }}
    >
      <IconDots size={14} />
    </button>
  );
  // Hundreds of menus would slow down scrolling: each is made when it is first opened.
  if (!wanted) return button;
  return (
    <Menu position="bottom-end" defaultOpened onClose={() => setWanted(false)}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown onClick={(event) => event.stopPropagation()}>
        <Menu.Item onClick={() => onChoose(column, value, false)}>Only {value.slice(0, 40)}</Menu.Item>
        <Menu.Item onClick={() => onChoose(column, value, true)}>Not {value.slice(0, 40)}</Menu.Item>
        <Menu.Item onClick={() => void navigator.clipboard.writeText(value)}>Copy</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** What a filter on this cell asks for; undefined where the filter language has no key for the column. */
function filterValue(row: Row, column: string): string | undefined {
  if (column === "workspace" || column === "run" || column === "type" || column === "state" || column === "name") {
    return row[column] || undefined;
  }
  // A search knows the last report of a metric alone.
  if (/^(least|greatest)\./.test(column)) return undefined;
  const value = column.includes(".") ? valueIn(row, column)?.value : undefined;
  return typeof value === "object" || value === undefined ? undefined : String(value);
}
