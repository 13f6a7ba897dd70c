// How charts of many records draw one of them, and how arrow keys walk over them.

import { COLOURS, seriesColour } from "../values/seriesLooks";

export interface LookedProps {
  readonly names: readonly string[];
  /** The places of the best records. */
  readonly best: ReadonlySet<number>;
  /** The record that is looked at. */
  readonly active: number | null;
  readonly onActive: (at: number | null) => void;
}

/** A few records have a colour each; of many only the best stand out. */
export function colourOf(at: number, { names, best }: Pick<LookedProps, "names" | "best">): string {
  if (names.length <= COLOURS) return `var(--${seriesColour(at)})`;
  return best.has(at) ? "var(--done)" : "var(--series-1)";
}

/** What arrow keys do over records in an order. */
export function walkOver(order: readonly number[], { active, onActive }: Pick<LookedProps, "active" | "onActive">) {
  return (event: React.KeyboardEvent) => {
    const at = active === null ? -1 : order.indexOf(active);
    const next = nextOf(event.key, at, order.length);
    if (next === undefined) return;
    event.preventDefault();
    onActive(next === null ? null : (order[next] ?? null));
  };
}

function nextOf(key: string, at: number, length: number): number | null | undefined {
  if (key === "ArrowRight" || key === "ArrowDown") return Math.min(at + 1, length - 1);
  if (key === "ArrowLeft" || key === "ArrowUp") return Math.max(at - 1, 0);
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  return key === "Escape" ? null : undefined;
}
