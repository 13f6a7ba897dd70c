// Ways from A to B over the loaded graph: the shortest, then the others, at most fifty; or the nearest common ancestor.

import { type Graph, neighbours, reach } from "./graph";

export const MOST_WAYS = 50;
const MOST_STEPS = 20_000;

/** All simple ways along the flow, shortest first. */
export function waysBetween(graph: Graph, from: string, to: string, most = MOST_WAYS): string[][] {
  const down = neighbours(graph, "down");
  const goal = reach(neighbours(graph, "up"), to);
  if (!goal.has(from) || from === to) return [];
  const found: string[][] = [];
  let front: string[][] = [[from]];
  let steps = 0;
  while (front.length && found.length < most && steps < MOST_STEPS) {
    const next: string[][] = [];
    for (const way of front) {
      for (const key of down.get(way.at(-1) as string) ?? []) {
        steps += 1;
        if (key === to) found.push([...way, key]);
        else if (goal.has(key) && !way.includes(key)) next.push([...way, key]);
      }
    }
    front = next;
  }
  return found.slice(0, most);
}

/** The ancestor of both with the fewest steps to them, or undefined. */
export function commonAncestor(graph: Graph, left: string, right: string): string | undefined {
  const up = neighbours(graph, "up");
  const [fromLeft, fromRight] = [reach(up, left), reach(up, right)];
  let best: [string, number] | undefined;
  for (const [key, steps] of fromLeft) {
    const others = fromRight.get(key);
    if (others !== undefined && (best === undefined || steps + others < best[1])) best = [key, steps + others];
  }
  return best?.[0];
}
