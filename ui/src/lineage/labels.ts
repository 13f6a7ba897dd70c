// What nodes are called on the screen: two lines each. What several long names have in common at their start and end is
// shortened, what differs is kept, and no two different names look the same. What stays out: drawing (GraphNodes.tsx).

import { sharedStart } from "../values/names";
import type { Graph, GraphNode } from "./graph";
import { textWidth } from "./textWidth";

/** The room for a text: pixels at the size of names, and lines. */
export interface Room {
  readonly width: number;
  readonly lines: number;
}

export interface Label {
  readonly lines: readonly string[];
  /** Whether the lines are less than the whole name. */
  readonly isCut: boolean;
  readonly version: string;
}

export const CARD_ROOM: Room = { width: 160, lines: 2 };
/** Pills keep their mark where names are drawn larger. */
export const PILL_ROOM: Room = { width: 148, lines: 2 };
const VERSION_ROOM: Room = { width: 116, lines: 1 };

/** The label of every node. */
export function labelsOf(graph: Graph): Map<string, Label> {
  const labels = new Map<string, Label>();
  const [pills, cards]: [GraphNode[], GraphNode[]] = [[], []];
  for (const node of graph.nodes.values()) (node.kind === "execution" ? pills : cards).push(node);
  for (const [nodes, room] of [
    [pills, PILL_ROOM],
    [cards, CARD_ROOM],
  ] as const) {
    const short = shortNames(nodes.map(wholeName), room);
    const versions = versionsOf(nodes);
    for (const node of nodes) {
      const name = wholeName(node);
      const text = short.get(name) ?? name;
      labels.set(node.key, { lines: wrap(text, room), isCut: text !== name, version: versions.get(node.key) ?? "" });
    }
  }
  return labels;
}

/** What a node is called where there is room. */
export function wholeName(node: GraphNode): string {
  if (node.ghost) return `${node.key}, not in the store`;
  return node.name || node.key;
}

function versionsOf(nodes: readonly GraphNode[]): Map<string, string> {
  const groups = new Map<string, GraphNode[]>();
  for (const node of nodes) if (node.version) push(groups, wholeName(node), node);
  const versions = new Map<string, string>();
  for (const group of groups.values()) {
    const short = shortNames(
      group.map(({ version }) => version ?? ""),
      VERSION_ROOM,
    );
    for (const { key, version = "" } of group) versions.set(key, short.get(version) ?? version);
  }
  return versions;
}

/** Names that fit into a room and differ where the whole names differ.
 *
 * @returns the short form of each different name; those that fit are whole.
 */
export function shortNames(names: readonly string[], room: Room): Map<string, string> {
  const short = new Map<string, string>();
  const families = new Map<string, string[]>();
  for (const name of new Set(names)) {
    if (fits(name, room)) short.set(name, name);
    else push(families, firstWord(name), name);
  }
  for (const family of families.values()) shorten(family, room, short);
  setApart(short, room);
  return short;
}

function shorten(names: readonly string[], room: Room, short: Map<string, string>): void {
  const start = sharedWords(names);
  const end = sharedEnd(names, start);
  const most = Math.min(...names.map((name) => kept(name, start, end, room)));
  if (most < 0) {
    for (const name of names) short.set(name, cutMiddle(name, room));
    return;
  }
  for (const name of names) short.set(name, cutShared(name, start, end, most));
}

/** How many letters of the shared start and end a name has room for; negative if what differs does not fit itself. */
function kept(name: string, start: number, end: number, room: Room): number {
  let [low, high] = [-1, start + end];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(cutShared(name, start, end, middle), room)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A name with only some letters of its shared start and end. */
function cutShared(name: string, start: number, end: number, most: number): string {
  const points = Array.from(name);
  const head = Math.min(start, Math.max(most - end, Math.ceil(most * 0.6)));
  const tail = Math.min(end, most - head);
  const middle = points.slice(start, points.length - end);
  return [
    ...points.slice(0, head),
    ...(head < start ? ["…"] : []),
    ...middle,
    ...(tail < end ? ["…"] : []),
    ...points.slice(points.length - tail),
  ].join("");
}

/** As much of a name's start and end as fits. */
function cutMiddle(name: string, room: Room): string {
  const points = Array.from(name);
  let [low, high] = [0, points.length - 1];
  const cut = (most: number) =>
    `${points.slice(0, Math.ceil(most / 2)).join("")}…${points.slice(points.length - Math.floor(most / 2)).join("")}`;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(cut(middle), room)) low = middle;
    else high = middle - 1;
  }
  return cut(low);
}

/** Where different names still look the same: first what these few share is shortened, then they get numbers. */
function setApart(short: Map<string, string>, room: Room): void {
  for (const names of alike(short)) shorten(names, room, short);
  for (const names of alike(short)) {
    for (const [at, name] of names.sort().entries()) short.set(name, numbered(name, at + 1, short, room));
  }
}

function alike(short: ReadonlyMap<string, string>): string[][] {
  const groups = new Map<string, string[]>();
  for (const [name, text] of short) push(groups, text, name);
  return [...groups.values()].filter(({ length }) => length > 1);
}

function numbered(name: string, first: number, short: ReadonlyMap<string, string>, room: Room): string {
  const taken = new Set(short.values());
  for (let number = first; ; number += 1) {
    const mark = ` #${number}`;
    const text = `${cutMiddle(name, { ...room, width: room.width - textWidth(mark) })}${mark}`;
    if (!taken.has(text)) return text;
  }
}

const SEPARATOR = /[/_\-.: ]/;

function firstWord(name: string): string {
  const at = name.slice(1).search(SEPARATOR);
  return at < 0 ? name : name.slice(0, at + 1);
}

/** How many letters names share at their start, up to the end of a word. */
function sharedWords(names: readonly string[]): number {
  if (names.length === 1) return 0;
  const shared = Array.from(names[0] ?? "").slice(0, sharedStart(names));
  return shared.findLastIndex((letter) => SEPARATOR.test(letter)) + 1;
}

/** How many letters names share at their end, from the start of a word, without the letters of their shared start. */
function sharedEnd(names: readonly string[], start: number): number {
  const lists = names.map((name) => Array.from(name).slice(start).reverse());
  const first = lists[0] ?? [];
  if (lists.length === 1) return 0;
  let length = 0;
  while (length < first.length && lists.every((points) => points[length] === first[length])) length += 1;
  const word = first.slice(0, length).findLastIndex((letter) => SEPARATOR.test(letter));
  return word + 1;
}

function fits(text: string, room: Room): boolean {
  return wrap(text, room).length <= room.lines;
}

/** A text in lines of a width, broken after / _ - . : and blanks where that does not leave most of a line empty. */
export function wrap(text: string, { width, lines: most }: Room): string[] {
  const lines: string[] = [];
  let rest = Array.from(text);
  while (rest.length > 0 && lines.length <= most) {
    const end = lines.length < most - 1 ? breakBefore(rest, lineEnd(rest, width)) : lineEnd(rest, width);
    lines.push(rest.slice(0, end).join(""));
    rest = rest.slice(end);
  }
  return lines;
}

/** How many letters fit into a line: at least one. */
function lineEnd(points: readonly string[], width: number): number {
  let [low, high] = [1, Math.min(points.length, 200)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (textWidth(points.slice(0, middle).join("")) <= width) low = middle;
    else high = middle - 1;
  }
  return low;
}

function breakBefore(points: readonly string[], end: number): number {
  if (end >= points.length) return points.length;
  const at = points.slice(0, end).findLastIndex((letter) => SEPARATOR.test(letter));
  return at + 1 > end * 0.45 ? at + 1 : end;
}

function push<Item>(groups: Map<string, Item[]>, key: string, item: Item): void {
  const group = groups.get(key);
  if (group) group.push(item);
  else groups.set(key, [item]);
}
