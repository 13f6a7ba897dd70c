// Layers for graphs of hundreds and thousands of nodes, in milliseconds where dagre takes seconds: layers by rank.ts,
// order by the mean of the neighbours, heights by the nearest places that keep the order. Edges over several layers
// reserve no room of their own; that is what dagre's time goes into.

import { type Box, COLUMN_GAP, type LayoutTask, type Positions, ROW_GAP } from "./boxes";
import { rank } from "./rank";

const SWEEPS = 12;

interface Item {
  readonly box: Box;
  readonly up: Item[];
  readonly down: Item[];
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
  const items = new Map(boxes.map((box) => [box.key, { box, up: [], down: [], layer: 0, place: 0, y: 0 } as Item]));
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
    for (const layer of side === "up" ? layers : layers.toReversed()) {
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

function setHeights(layers: readonly Item[][]): void {
  for (const layer of layers) {
    settle(
      layer,
      layer.map(() => 0),
    );
  }
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const side = sweep % 2 === 0 ? "up" : "down";
    for (const layer of side === "up" ? layers : layers.toReversed()) {
      settle(
        layer,
        layer.map((item) => mean(item[side], "y") ?? item.y),
      );
    }
  }
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
