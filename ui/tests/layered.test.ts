import { describe, expect, it } from "vitest";
import { layerLayout } from "../src/lineage/layout";

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
