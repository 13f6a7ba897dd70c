// Walking over the graph by arrow keys: along edges to the sides, over siblings up and down.

import type { Positions } from "./boxes";
import { type Graph, neighbours } from "./graph";

export function nextByKey(key: string, graph: Graph, positions: Positions, at: string | undefined): string | undefined {
  if (!/^Arrow/.test(key)) return undefined;
  const here = positions[at ?? ""];
  if (at === undefined || !here) return firstOf(positions);
  if (key === "ArrowLeft" || key === "ArrowRight") {
    const list = neighbours(graph, key === "ArrowLeft" ? "up" : "down").get(at) ?? [];
    return nearest(list, positions, here[1]);
  }
  return sibling(positions, at, key === "ArrowUp" ? -1 : 1);
}

function firstOf(positions: Positions): string | undefined {
  return Object.keys(positions).sort((left, right) => compare(positions, left, right))[0];
}

function compare(positions: Positions, left: string, right: string): number {
  const [a, b] = [positions[left] as readonly [number, number], positions[right] as readonly [number, number]];
  return a[0] - b[0] || a[1] - b[1];
}

function nearest(keys: readonly string[], positions: Positions, y: number): string | undefined {
  const placed = keys.filter((key) => positions[key]);
  const distance = (key: string) => Math.abs((positions[key]?.[1] ?? 0) - y);
  return placed.sort((left, right) => distance(left) - distance(right))[0];
}

/** The node above or below in the same layer, whatever its width: layers are centred on one line. */
function sibling(positions: Positions, at: string, step: number): string | undefined {
  const here = positions[at] as readonly [number, number];
  const layer = Object.keys(positions)
    .filter((key) => Math.abs((positions[key] as readonly [number, number])[0] - here[0]) < 60)
    .sort((left, right) => (positions[left]?.[1] ?? 0) - (positions[right]?.[1] ?? 0));
  return layer[layer.indexOf(at) + step];
}
