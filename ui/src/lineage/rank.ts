// The layer of every item: right of all that lead to it, with the links as short as they can be in sum (network simplex
// of Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs", 1993). Links form no cycle here.

export interface Ranked {
  readonly up: readonly Ranked[];
  readonly down: readonly Ranked[];
  layer: number;
}

// Steps over items and links: half a second in a worker. What is reached then is a proper ranking as well.
const MOST_WORK = 20_000_000;

export function rank(items: readonly Ranked[]): void {
  const sorted = inFlow(items);
  for (const item of sorted) item.layer = Math.max(0, ...item.up.map(({ layer }) => layer + 1));
  // What leads only to later layers moves next to them, which leaves few steps to the best ranking.
  for (const item of sorted.toReversed()) {
    if (item.down.length > 0) item.layer = Math.min(...item.down.map(({ layer }) => layer - 1));
  }
  const work = { left: MOST_WORK };
  for (const part of partsOf(items)) {
    shorten(part, work);
    const first = Math.min(...part.map(({ layer }) => layer));
    for (const item of part) item.layer -= first;
  }
}

function inFlow(items: readonly Ranked[]): Ranked[] {
  const waiting = new Map(items.map((item) => [item, item.up.length]));
  const sorted = items.filter(({ up }) => up.length === 0);
  for (let at = 0; at < sorted.length; at += 1) {
    for (const to of (sorted[at] as Ranked).down) {
      const left = (waiting.get(to) as number) - 1;
      waiting.set(to, left);
      if (left === 0) sorted.push(to);
    }
  }
  return sorted;
}

/** Items that hang together, each part by itself. */
function partsOf(items: readonly Ranked[]): Ranked[][] {
  const seen = new Set<Ranked>();
  const parts: Ranked[][] = [];
  for (const item of items) {
    if (seen.has(item)) continue;
    const part = [item];
    seen.add(item);
    for (let at = 0; at < part.length; at += 1) {
      const { up, down } = part[at] as Ranked;
      for (const next of [...up, ...down]) {
        if (seen.has(next)) continue;
        seen.add(next);
        part.push(next);
      }
    }
    parts.push(part);
  }
  return parts;
}

/** A link between two items, by their places in the part. */
interface Link {
  readonly from: number;
  readonly to: number;
}

/** The items of a part by their places: their layers, and what pulls them to the right. */
interface Part {
  readonly links: readonly Link[];
  readonly layers: Int32Array;
  /** More links lead away from an item with a positive pull than to it. */
  readonly pull: Int32Array;
}

/** A tree over all items of a part whose links are as short as can be: one layer each. */
interface Tree {
  readonly links: Set<Link>;
  /** Items from the root outwards. */
  readonly order: number[];
  /** The link of each item to its parent. */
  readonly above: (Link | undefined)[];
}

function shorten(items: readonly Ranked[], work: { left: number }): void {
  const places = new Map(items.map((item, at) => [item, at]));
  const links = items.flatMap(({ down }, from) => down.map((item): Link => ({ from, to: places.get(item) as number })));
  const layers = Int32Array.from(items, ({ layer }) => layer);
  const part = { links, layers, pull: Int32Array.from(items, ({ up, down }) => down.length - up.length) };
  const tree = tightTree(part, work);
  for (let isMoving = tree !== undefined; isMoving && tree && work.left > 0; work.left -= items.length + links.length) {
    setOrder(tree, items.length);
    const branch = branchToMove(tree, part);
    isMoving = branch !== undefined && move(branch, tree, part);
  }
  for (const [at, item] of items.entries()) item.layer = layers[at] as number;
}

function slack({ from, to }: Link, { layers }: Part): number {
  return (layers[to] as number) - (layers[from] as number) - 1;
}

/** Grow a tree along tight links; where it ends, move it to the nearest item, which makes one more link tight. */
function tightTree(part: Part, work: { left: number }): Tree | undefined {
  const inside = new Uint8Array(part.layers.length);
  inside[0] = 1;
  const links = new Set<Link>();
  while (links.size < inside.length - 1) {
    if (work.left < 0) return undefined;
    work.left -= part.links.length;
    let nearest: Link | undefined;
    const before = links.size;
    for (const link of part.links) {
      if (inside[link.from] === inside[link.to]) continue;
      if (slack(link, part) === 0) {
        links.add(link);
        inside[link.from] = inside[link.to] = 1;
      } else if (!nearest || slack(link, part) < slack(nearest, part)) nearest = link;
    }
    if (nearest && links.size === before) shift(part, inside, nearest, inside[nearest.from] === 1);
  }
  return { links, order: [], above: [] };
}

/** Move items to the right or the left as far as a link of theirs allows. */
function shift(part: Part, inside: Uint8Array, link: Link, isRight: boolean): void {
  const step = isRight ? slack(link, part) : -slack(link, part);
  for (let at = 0; at < inside.length; at += 1) if (inside[at]) part.layers[at] = (part.layers[at] as number) + step;
}

/** Find every item's way to the root. */
function setOrder(tree: Tree, count: number): void {
  const beside = Array.from({ length: count }, (): Link[] => []);
  for (const link of tree.links) {
    beside[link.from]?.push(link);
    beside[link.to]?.push(link);
  }
  tree.above[0] = undefined;
  tree.order.splice(0, count, 0);
  for (let at = 0; at < tree.order.length; at += 1) {
    const item = tree.order[at] as number;
    for (const link of beside[item] as Link[]) {
      if (link === tree.above[item]) continue;
      const next = link.from === item ? link.to : link.from;
      tree.above[next] = link;
      tree.order.push(next);
    }
  }
}

/** The item whose branch of the tree gains most by a move away from its parent, if one does. */
function branchToMove({ order, above }: Tree, { pull }: Part): number | undefined {
  const sums = Int32Array.from(pull);
  let best: number | undefined;
  let most = 0;
  for (let at = order.length - 1; at > 0; at -= 1) {
    const item = order[at] as number;
    const { from, to } = above[item] as Link;
    const sum = sums[item] as number;
    const parent = from === item ? to : from;
    sums[parent] = (sums[parent] as number) + sum;
    const gain = from === item ? -sum : sum;
    if (gain > most) [best, most] = [item, gain];
  }
  return best;
}

/** Move a branch until one of its other links is tight; that one takes the place of its link to the parent. */
function move(branch: number, tree: Tree, part: Part): boolean {
  const link = tree.above[branch] as Link;
  const inside = branchOf(branch, tree);
  const isRight = link.to === branch;
  let next: Link | undefined;
  for (const other of part.links) {
    if (inside[isRight ? other.from : other.to] === 0 || inside[isRight ? other.to : other.from] === 1) continue;
    if (!next || slack(other, part) < slack(next, part)) next = other;
  }
  if (!next) return false;
  shift(part, inside, next, isRight);
  tree.links.delete(link);
  tree.links.add(next);
  return true;
}

function branchOf(branch: number, { order, above }: Tree): Uint8Array {
  const inside = new Uint8Array(order.length);
  inside[branch] = 1;
  for (const item of order) {
    const link = above[item];
    if (link && inside[link.from === item ? link.to : link.from] === 1) inside[item] = 1;
  }
  return inside;
}
