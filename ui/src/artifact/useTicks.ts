// Ticks of a list: single ones, ranges with Shift, and keys: Space ticks, arrows move, c compares.

import { useRef, useState } from "react";

export interface Ticks {
  readonly ticked: ReadonlySet<string>;
  /** The place that the Tab key reaches. */
  readonly cursor: number;
  readonly setCursor: (at: number) => void;
  /** @param extend tick all from the one that was ticked last. */
  readonly toggle: (at: number, extend: boolean) => void;
  readonly toggleAll: () => void;
  readonly press: (event: React.KeyboardEvent<HTMLInputElement>, at: number) => void;
}

const MOVES: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => Math.min(at + 1, count - 1),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, count) => count - 1,
};

export function useTicks(keys: readonly string[], onCompare: () => void): Ticks {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState(0);
  const anchor = useRef(0);
  const toggle = (at: number, extend: boolean) => {
    setTicked(ticksAfter(ticked, keys, anchor.current, at, extend));
    if (!extend) anchor.current = at;
    setCursor(at);
  };
  const toggleAll = () => setTicked(new Set(ticked.size === keys.length ? [] : keys));
  const press = (event: React.KeyboardEvent<HTMLInputElement>, at: number) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = MOVES[event.key]?.(at, keys.length);
    if (event.key === "c") onCompare();
    else if (event.key === " ") toggle(at, event.shiftKey);
    else if (to !== undefined) moveTo(event.currentTarget, to);
    else return;
    if (to !== undefined && event.shiftKey) toggle(to, true);
    event.preventDefault();
  };
  return { ticked, cursor, setCursor, toggle, toggleAll, press };
}

/** What is ticked after a tick at a place; with `extend` all from the anchor to it. */
export function ticksAfter(
  ticked: ReadonlySet<string>,
  keys: readonly string[],
  anchor: number,
  at: number,
  extend: boolean,
): ReadonlySet<string> {
  const next = new Set(ticked);
  const [low, high] = extend ? [Math.min(anchor, at), Math.max(anchor, at)] : [at, at];
  const reached = keys.slice(low, high + 1);
  for (const key of reached) {
    if (extend) next.add(key);
    else if (!next.delete(key)) next.add(key);
  }
  return next;
}

function moveTo(from: HTMLElement, at: number): void {
  const ticks = from.closest("tbody")?.querySelectorAll<HTMLInputElement>("input[type=checkbox]");
  ticks?.[at]?.focus();
}
