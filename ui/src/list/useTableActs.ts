// What keys and clicks do in the rows of a list: a cursor that moves, rows that are selected, opened and previewed.

import { useState } from "react";
import type { Row } from "../api/shapes";
import { type RowActs, useRowActs } from "./TableRow";

/** What a table is asked for by its rows and keys. */
export interface TableAsks {
  readonly records: readonly Row[];
  readonly selected: ReadonlySet<string>;
  readonly preview: string | undefined;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly onPreview: (id: string | undefined) => void;
  readonly onOpen: (record: Row) => void;
  readonly onGraph?: (record: Row) => void;
  readonly onCompare?: () => void;
  readonly onChoose: (key: string, value: string, negated: boolean) => void;
}

interface TableActs {
  /** The place of the row that keys act on. */
  readonly cursor: number;
  readonly acts: RowActs;
  readonly press: (event: React.KeyboardEvent) => void;
}

/** @param show brings a row into sight. */
export function useTableActs(asks: TableAsks, show: (index: number) => void): TableActs {
  const { records, preview, onPreview } = asks;
  const [cursor, setCursor] = useState(0);
  const { select, toggle, setAnchor } = useSelecting(asks);
  const move = (to: number, extend: boolean) => {
    const next = Math.max(0, Math.min(records.length - 1, to));
    setCursor(next);
    show(next);
    if (extend) select(next);
    else setAnchor(next);
    if (preview !== undefined) onPreview(records[next]?.id);
  };
  const click = (index: number, extend: boolean) => {
    setCursor(index);
    if (extend) toggle(index, true);
    else onPreview(records[index]?.id);
  };
  const tick = (index: number, extend: boolean) => {
    setCursor(index);
    toggle(index, extend);
    document.querySelector<HTMLElement>(".grid[role=grid]")?.focus({ preventScroll: true });
  };
  const acts = useRowActs({ toggle: tick, click, open: asks.onOpen, choose: asks.onChoose });
  const press = (event: React.KeyboardEvent) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { ...movesFrom(cursor, records.length, move), ...actsOn(asks, cursor, toggle) }[event.key];
    if (!act) return;
    event.preventDefault();
    act(event.shiftKey);
  };
  return { cursor, acts, press };
}

/** Selecting single rows, and all between two of them. */
function useSelecting({ records, selected, onSelect }: TableAsks) {
  const [anchor, setAnchor] = useState(0);
  /** Select all rows from the one that was chosen last. */
  const select = (to: number) => {
    const ids = range(anchor, to).map((index) => records[index]?.id);
    onSelect(new Set([...selected, ...ids.filter((id) => id !== undefined)]));
  };
  const toggle = (index: number, extend: boolean) => {
    const id = records[index]?.id;
    if (id === undefined) return;
    if (extend) return select(index);
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    setAnchor(index);
    onSelect(next);
  };
  return { select, toggle, setAnchor };
}

/** What a key does; with Shift rows are selected on the way. */
type KeyActs = Readonly<Record<string, (extend: boolean) => void>>;

const PAGE = 15;

function movesFrom(cursor: number, count: number, move: (to: number, extend: boolean) => void): KeyActs {
  return {
    ArrowDown: (extend) => move(cursor + 1, extend),
    ArrowUp: (extend) => move(cursor - 1, extend),
    PageDown: (extend) => move(cursor + PAGE, extend),
    PageUp: (extend) => move(cursor - PAGE, extend),
    Home: (extend) => move(0, extend),
    End: (extend) => move(count - 1, extend),
  };
}

function actsOn(asks: TableAsks, cursor: number, toggle: (index: number, extend: boolean) => void): KeyActs {
  const record = asks.records[cursor];
  return {
    " ": (extend) => toggle(cursor, extend),
    Enter: () => record && asks.onOpen(record),
    g: () => record && asks.onGraph?.(record),
    c: () => asks.onCompare?.(),
    Escape: () => (asks.preview ? asks.onPreview(undefined) : asks.onSelect(new Set())),
  };
}

function range(from: number, to: number): number[] {
  const [low, high] = from < to ? [from, to] : [to, from];
  return Array.from({ length: high - low + 1 }, (_, at) => low + at);
}
