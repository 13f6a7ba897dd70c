import { describe, expect, it } from "vitest";
import type { Box, LayoutTask, Positions } from "../src/lineage/boxes";
import { largeLayout } from "../src/lineage/layered";
import { dagreLayers, layerLayout } from "../src/lineage/layout";
import { sizeOf } from "../src/lineage/looks";
import { sweepGraph } from "./sweepGraph";
import { wideTask } from "./wideGraph";

const box = (key: string) => ({ key, width: 216, height: 56 });

/** Trains of one input, one execution and one output, all of one hub, each leading to the next but some. */
function large(size: number) {
  const boxes = [box("a0")];
  const links: [string, string][] = [];
  for (let at = 1; boxes.length < size; at += 1) {
    boxes.push(box(`e${at}`), box(`a${at}`));
    links.push(["a0", `e${at}`], [`e${at}`, `a${at}`]);
    if (at > 1 && at % 7 !== 0) links.push([`a${at - 1}`, `e${at}`]);
  }
  return { boxes: boxes.slice(0, size), links };
}

describe("the layout of a large graph", () => {
  const task = large(1001);
  const positions = layerLayout(task);

  it("has a place for every node", () => {
    expect(Object.keys(positions)).toHaveLength(1001);
  });

  it("runs from left to right along every link", () => {
    for (const [from, to] of task.links) {
      expect((positions[to]?.[0] ?? 0) - (positions[from]?.[0] ?? 0)).toBeGreaterThan(0);
    }
  });

  it("lets no two nodes overlap", () => {
    const columns = new Map<number, number[]>();
    for (const [x, y] of Object.values(positions)) columns.set(x, [...(columns.get(x) ?? []), y]);
    for (const column of columns.values()) {
      const sorted = column.sort((left, right) => left - right);
      for (let at = 1; at < sorted.length; at += 1) {
        expect((sorted[at] as number) - (sorted[at - 1] as number)).toBeGreaterThanOrEqual(71);
      }
    }
  });

  it("is the same whatever the order of nodes and links", () => {
    expect(layerLayout({ boxes: task.boxes.toReversed(), links: task.links.toReversed() })).toEqual(positions);
  });

  it("ends for cycles and for very long chains", () => {
    const boxes = Array.from({ length: 5000 }, (_, at) => box(`a${at}`));
    const links = boxes.map((_, at) => [`a${at}`, `a${(at + 1) % 5000}`] as const);
    expect(Object.keys(layerLayout({ boxes, links }))).toHaveLength(5000);
  });
});

describe("the layers of a long lineage", () => {
  const graph = sweepGraph();
  const boxes = [...graph.nodes.values()].map((node) => ({ key: node.key, ...sizeOf(node) }));
  const task = { boxes, links: graph.edges.map(({ from, to }) => [from, to] as const) };
  const positions = layerLayout(task);

  it("keep neighbours near: the mean edge of 441 nodes is under 300 px", () => {
    expect(boxes).toHaveLength(441);
    expect(meanEdge(task, positions)).toBeLessThan(300);
  });

  it("put what is read a hundred columns later next to its reader", () => {
    const [, reader] = task.links.find(([from]) => from === "a1") as readonly [string, string];
    expect((positions[reader]?.[0] ?? 0) - (positions.a1?.[0] ?? 0)).toBeLessThan(400);
  });

  it("make the links as short in sum as dagre's network simplex does", () => {
    for (const seed of [1, 2, 3]) {
      const random = randomTask(70, seed);
      expect(spans(random, largeLayout(random))).toBeLessThanOrEqual(spans(random, dagreLayers(random)));
    }
  });
});

describe("the mean edge of 441 nodes", () => {
  it("is under 300 px where trainings take turns in two lanes, and a data set is read a hundred columns later", () => {
    const task = wideTask({ width: 216, height: 56 });
    expect(task.boxes).toHaveLength(441);
    expect(meanEdge(task, layerLayout(task))).toBeLessThan(200);
  });

  it.each([2, 3])("is under 300 px even where anything earlier may be read (seed %i)", (seed) => {
    const task = randomTask(441, seed);
    expect(meanEdge(task, layerLayout(task))).toBeLessThan(300);
  });

  it("is far under it where what is read is not long ago, as in most lineages", () => {
    const task = randomTask(441, 1, 30);
    expect(meanEdge(task, layerLayout(task))).toBeLessThan(180);
  });
});

function meanEdge({ boxes, links }: LayoutTask, positions: Positions): number {
  const sizes = new Map(boxes.map((each) => [each.key, each]));
  const lengths = links.map(([from, to]) => {
    const [start, end] = [positions[from] as readonly number[], positions[to] as readonly number[]];
    const [first, second] = [sizes.get(from) as Box, sizes.get(to) as Box];
    const [x1, y1] = [(start[0] as number) + first.width, (start[1] as number) + first.height / 2];
    return Math.hypot((end[0] as number) - x1, (end[1] as number) + second.height / 2 - y1);
  });
  return lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
}

/** Over how many layers all links lead, in sum. */
function spans({ boxes, links }: LayoutTask, positions: Positions): number {
  const middle = new Map(boxes.map(({ key, width }) => [key, (positions[key]?.[0] ?? 0) + Math.floor(width / 2)]));
  const columns = [...new Set(middle.values())].sort((left, right) => left - right);
  const layer = (key: string) => columns.indexOf(middle.get(key) as number);
  return links.reduce((sum, [from, to]) => sum + layer(to) - layer(from), 0);
}

/** Executions that each read one to three of the artifacts before them, or of the last `near` nodes, and write one or two. */
function randomTask(size: number, seed: number, near = Number.POSITIVE_INFINITY): LayoutTask {
  let state = seed;
  const random = (most: number) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * most);
  };
  const boxes = [box("a0")];
  const links: [string, string][] = [];
  for (let at = 1; boxes.length < size; at += 1) {
    const known = boxes.slice(-Math.min(near, boxes.length));
    const inputs = new Set(Array.from({ length: 1 + random(3) }, () => known[random(known.length)]?.key as string));
    for (const key of inputs) if (key.startsWith("a")) links.push([key, `e${at}`]);
    boxes.push(box(`e${at}`));
    for (let output = 0; output <= random(2); output += 1) {
      links.push([`e${at}`, `a${at}0${output}`]);
      boxes.push(box(`a${at}0${output}`));
    }
  }
  return { boxes, links };
}
