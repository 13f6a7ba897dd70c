// Which part of the graph the window shows at first, and after Back or a reload: the part that it showed before.

import { rememberedHere, rememberHere } from "../app/entryMemory";
import type { Positions } from "./boxes";
import { type Graph, neighbours } from "./graph";
import { boundsOf, sizeOf } from "./looks";

export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

type Box = Size & { readonly x: number; readonly y: number };

/** A graph with its layout, and the window over it in pixels. */
export interface Place {
  readonly graph: Graph;
  readonly positions: Positions;
  readonly size: Size;
}

/** What the window was fitted to. */
export interface Fit {
  /** Whether the whole graph was asked for, however small. */
  readonly isWhole: boolean;
  /** Where the fit put the window. */
  readonly view: Viewport;
  readonly size: Size;
}

/** What a fit is made for. */
export interface Purpose {
  readonly focus: string | undefined;
  /** The node that was clicked: in sight in any case. */
  readonly anchor?: string | undefined;
  readonly selected?: string | undefined;
  /** The path that is shown. */
  readonly way?: readonly string[];
  /** The nodes that were there before; empty when the graph opens. */
  readonly known?: ReadonlySet<string> | undefined;
}

// Below this, names cannot be read: a fit then shows a part, and 0 shows all.
const READABLE = 0.6;
const LEAST = 0.005;
const MARGIN = 48;
/** On narrow screens a margin takes a twentieth: two nodes fit beside each other there. */
const MARGIN_SHARE = 0.05;
const MOST_TRIED = 400;

/** The whole graph if its names can be read then, else the clicked node with as much of what came as can be read. */
export function fittedView(place: Place, purpose: Purpose): Viewport {
  const { graph, positions, size } = place;
  const whole = boundsOf(graph, positions);
  if (zoomTo(whole, size) >= READABLE) return centred(whole, size);
  const start = startOf(place, purpose);
  const first = boxOf(place, start);
  if (!first) return centred(whole, size);
  let shown: Box = first;
  for (const key of [...wayFrom(start, purpose), ...fresh(place, start, purpose), ...nearest(place, start)]) {
    const box = boxOf(place, key);
    const wider: Box | undefined = box && around(shown, box);
    if (wider && zoomTo(wider, size) >= READABLE) shown = wider;
  }
  return centred(shown, size);
}

/** The whole graph, however small. */
export function wholeView({ graph, positions, size }: Place): Viewport {
  return centred(boundsOf(graph, positions), size);
}

/** Whether any node can be seen, as large as a point at least. */
export function isInSight({ graph, positions, size }: Place, { x, y, zoom }: Viewport): boolean {
  if (zoom < LEAST) return false;
  for (const node of graph.nodes.values()) {
    const position = positions[node.key];
    if (!position) continue;
    const { width, height } = sizeOf(node);
    const [left, top] = [position[0] * zoom + x, position[1] * zoom + y];
    const isInside = left + width * zoom > 0 && left < size.width && top + height * zoom > 0 && top < size.height;
    if (isInside) return true;
  }
  return false;
}

/** Where a fit begins: at the clicked node, the selection, the focus, else at the end of the flow. */
function startOf({ graph, positions }: Place, { anchor, selected, focus }: Purpose): string {
  const wanted = [anchor, selected, focus].find((key) => key !== undefined && graph.nodes.has(key) && positions[key]);
  if (wanted !== undefined) return wanted;
  const keys = [...graph.nodes.keys()].filter((key) => positions[key]);
  const right = (key: string) => positions[key]?.[0] ?? 0;
  return keys.reduce((best, key) => (right(key) > right(best) ? key : best), keys[0] ?? "");
}

/** The node nearest to the middle of the window of those that are still there: what a person was looking at. */
export function stillThere(before: Positions, after: Positions, view: Viewport, size: Size): string | undefined {
  const [x, y] = [(size.width / 2 - view.x) / view.zoom, (size.height / 2 - view.y) / view.zoom];
  let [nearest, least]: [string | undefined, number] = [undefined, Infinity];
  for (const [key, [left, top]] of Object.entries(before)) {
    const away = Math.hypot(left - x, top - y);
    if (after[key] && away < least) [nearest, least] = [key, away];
  }
  return nearest;
}

/** The nodes of the path, from a node of it outwards. */
function wayFrom(start: string, { way = [] }: Purpose): string[] {
  const at = Math.max(0, way.indexOf(start));
  return [...way.slice(0, at + 1).toReversed(), ...way.slice(at + 1)];
}

/** The nodes that came, those next to a node first. */
function fresh({ graph, positions }: Place, start: string, { known }: Purpose): string[] {
  if (!known || known.size === 0) return [];
  const [x, y] = positions[start] ?? [0, 0];
  const away = (key: string) => Math.hypot((positions[key]?.[0] ?? 0) - x, (positions[key]?.[1] ?? 0) - y);
  const came = [...graph.nodes.keys()].filter((key) => !known.has(key) && positions[key]);
  return came.sort((left, right) => away(left) - away(right)).slice(0, MOST_TRIED);
}

/** The neighbours of a node and theirs, those at its own height first. */
function nearest({ graph, positions }: Place, start: string): string[] {
  const [up, down] = [neighbours(graph, "up"), neighbours(graph, "down")];
  const next = (keys: readonly string[]) => keys.flatMap((key) => [...(up.get(key) ?? []), ...(down.get(key) ?? [])]);
  const first = next([start]);
  const height = positions[start]?.[1] ?? 0;
  const off = (key: string) => Math.abs((positions[key]?.[1] ?? 0) - height);
  const near = (keys: readonly string[]) =>
    [...new Set(keys)].filter((key) => positions[key]).sort((left, right) => off(left) - off(right));
  return [...near(first), ...near(next(first))].slice(0, MOST_TRIED);
}

function boxOf({ graph, positions }: Place, key: string): Box | undefined {
  const [position, node] = [positions[key], graph.nodes.get(key)];
  return position && node && { x: position[0], y: position[1], ...sizeOf(node) };
}

function around(one: Box, other: Box): Box {
  const [x, y] = [Math.min(one.x, other.x), Math.min(one.y, other.y)];
  const right = Math.max(one.x + one.width, other.x + other.width);
  const bottom = Math.max(one.y + one.height, other.y + other.height);
  return { x, y, width: right - x, height: bottom - y };
}

function zoomTo(box: Size, size: Size): number {
  const margin = Math.min(MARGIN, MARGIN_SHARE * size.width);
  return Math.min(1, (size.width - 2 * margin) / box.width, (size.height - 2 * margin) / box.height);
}

function centred(box: Box, size: Size): Viewport {
  const zoom = Math.max(LEAST, zoomTo(box, size));
  return {
    x: (size.width - box.width * zoom) / 2 - box.x * zoom,
    y: (size.height - box.height * zoom) / 2 - box.y * zoom,
    zoom,
  };
}

/** Whether the window is where a fit put it: nobody has moved or zoomed it since. */
export function isFitted(fit: Fit | undefined, { x, y, zoom }: Viewport): fit is Fit {
  if (!fit) return false;
  const { view } = fit;
  return Math.abs(view.x - x) < 1 && Math.abs(view.y - y) < 1 && Math.abs(view.zoom - zoom) < 0.001;
}

// Not in the address: a link opens at the focus, in a window of any size.
export function rememberViewport(viewport: Viewport): void {
  rememberHere("view", viewport);
}

export function rememberedViewport(): Viewport | undefined {
  return rememberedHere<Viewport>("view");
}

export function rememberFit(fit: Fit | undefined): void {
  rememberHere("fit", fit ?? null);
}

export function rememberedFit(): Fit | undefined {
  return rememberedHere<Fit | null>("fit") ?? undefined;
}
