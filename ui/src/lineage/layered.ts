// Layers for graphs of hundreds and thousands of nodes, in milliseconds where dagre takes seconds: layers by rank.ts,
// order and heights by the mean of the neighbours, at the nearest places where nothing overlaps. Edges over several layers
// reserve no room of their own; that is what dagre's time goes into.

import { type Box, COLUMN_GAP, type LayoutTask, type Positions, ROW_GAP } from "./boxes";
import { rank } from "./rank";

const SWEEPS = 12;
const SIDES = ["up", "down", "around"] as const;
type Side = (typeof SIDES)[number];

interface Item {
  readonly box: Box;
  readonly up: Item[];
  readonly down: Item[];
  /** Both of these. */
  readonly around: Item[];
  layer: number;
  /** Its place in its layer, then the height of its middle. */
  place: number;
  y: number;
}

export function largeLayout(task: LayoutTask): Positions {
  const items = itemsOf(task);
  rank(items);
  const layers = layersOf(items);
  order(layers);
  setHeights(layers);
  return positionsOf(layers);
}

/** Boxes with their neighbours; links that close a cycle are turned around. */
function itemsOf({ boxes, links }: LayoutTask): Item[] {
  const items = new Map(
    boxes.map((box) => [box.key, { box, up: [], down: [], around: [], layer: 0, place: 0, y: 0 } as Item]),
  );
  const next = new Map<Item, Item[]>([...items.values()].map((item) => [item, []]));
  for (const [from, to] of links) {
    const [start, end] = [items.get(from), items.get(to)];
    if (start && end && start !== end) next.get(start)?.push(end);
  }
  const state = new Map<Item, "open" | "done">();
  for (const item of items.values()) connect(item, next, state);
  return [...items.values()];
}

/** Depth first, without recursion: a lineage may be thousands of steps long. */
function connect(start: Item, next: ReadonlyMap<Item, readonly Item[]>, state: Map<Item, "open" | "done">): void {
  if (state.has(start)) return;
  const path: { item: Item; at: number }[] = [{ item: start, at: 0 }];
  state.set(start, "open");
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const to = next.get(top.item)?.[top.at];
    top.at += 1;
    if (to === undefined) {
      state.set(top.item, "done");
      path.pop();
    } else if (state.get(to) === "open") link(to, top.item);
    else {
      link(top.item, to);
      if (state.has(to)) continue;
      state.set(to, "open");
      path.push({ item: to, at: 0 });
    }
  }
}

function link(from: Item, to: Item): void {
  from.down.push(to);
  to.up.push(from);
  from.around.push(to);
  to.around.push(from);
}

function layersOf(items: readonly Item[]): Item[][] {
  const layers: Item[][] = [];
  for (const item of items) {
    for (let at = layers.length; at <= item.layer; at += 1) layers.push([]);
    (layers[item.layer] as Item[]).push(item);
  }
  for (const layer of layers) number(layer);
  return layers;
}

function number(layer: readonly Item[]): void {
  // Places count from 0 to 1, so that layers of different sizes can be compared.
  for (const [at, item] of layer.entries()) item.place = (at + 0.5) / layer.length;
}

function order(layers: readonly Item[][]): void {
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const side = sweep % 2 === 0 ? "up" : "down";
    for (const layer of inTurn(layers, sweep)) {
      const wanted = new Map(layer.map((item) => [item, mean(item[side], "place") ?? item.place]));
      layer.sort((left, right) => (wanted.get(left) as number) - (wanted.get(right) as number));
      number(layer);
    }
  }
}

function mean(items: readonly Item[], field: "place" | "y"): number | undefined {
  if (items.length === 0) return undefined;
  return items.reduce((sum, item) => sum + item[field], 0) / items.length;
}

/**
 * Bring items near to the heights of their neighbours: in the order of their layers first, then layers are sorted by these
 * heights, so that items at long links find their places too. The best heights of all sweeps are taken.
 */
function setHeights(layers: readonly Item[][]): void {
  for (const layer of layers) {
    settle(
      layer,
      layer.map(() => 0),
    );
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) pull(inTurn(layers, sweep), sweep % 2 === 0 ? "up" : "down");
  let best = heightsOf(layers);
  for (let sweep = 0; sweep < 2 * SWEEPS; sweep += 1) {
    pull(inTurn(layers, sweep), SIDES[sweep % SIDES.length] as Side, true);
    const found = heightsOf(layers);
    if (found.sum < best.sum) best = found;
  }
  for (const layer of layers) {
    for (const item of layer) item.y = best.heights.get(item) as number;
    layer.sort((left, right) => left.y - right.y);
  }
  for (let sweep = 0; sweep < SWEEPS / 2; sweep += 1) pull(inTurn(layers, sweep), "around");
}

/** Bring the items of each layer as near to their neighbours as its order allows, or in the order of those. */
function pull(layers: readonly Item[][], side: Side, isSorting = false): void {
  for (const layer of layers) {
    const wanted = new Map(layer.map((item) => [item, mean(item[side], "y") ?? mean(item.around, "y") ?? item.y]));
    if (isSorting) layer.sort((left, right) => (wanted.get(left) as number) - (wanted.get(right) as number));
    settle(
      layer,
      layer.map((item) => wanted.get(item) as number),
    );
  }
}

/** All heights, and by how much links rise or fall in sum. */
function heightsOf(layers: readonly Item[][]) {
  const items = layers.flat();
  const sum = items.reduce((all, { y, down }) => down.reduce((each, to) => each + Math.abs(to.y - y), all), 0);
  return { sum, heights: new Map(items.map((item) => [item, item.y])) };
}

/** Layers from the left to the right, and back in each second sweep. */
function inTurn(layers: readonly Item[][], sweep: number): readonly Item[][] {
  return sweep % 2 === 0 ? layers : layers.toReversed();
}

/** Put the items of a layer as near to the wanted heights as their order and size allow (isotonic regression). */
function settle(layer: readonly Item[], wanted: readonly number[]): void {
  let offset = 0;
  const offsets = layer.map(({ box }, at) => {
    if (at > 0) offset += ((layer[at - 1] as Item).box.height + box.height) / 2 + ROW_GAP;
    return offset;
  });
  const blocks: { sum: number; size: number }[] = [];
  for (const [at, height] of wanted.entries()) {
    let block = { sum: height - (offsets[at] as number), size: 1 };
    for (let last = blocks.at(-1); last && last.sum / last.size > block.sum / block.size; last = blocks.at(-1)) {
      blocks.pop();
      block = { sum: block.sum + last.sum, size: block.size + last.size };
    }
    blocks.push(block);
  }
  let at = 0;
  for (const { sum, size } of blocks) {
    for (const end = at + size; at < end; at += 1) (layer[at] as Item).y = sum / size + (offsets[at] as number);
  }
}

function positionsOf(layers: readonly Item[][]): Positions {
  const positions: Record<string, readonly [number, number]> = {};
  let left = 0;
  for (const layer of layers) {
    const width = Math.max(0, ...layer.map(({ box }) => box.width));
    for (const { box, y } of layer) {
      positions[box.key] = [Math.round(left + (width - box.width) / 2), Math.round(y - box.height / 2)];
    }
    left += width + COLUMN_GAP;
  }
  return positions;
}
