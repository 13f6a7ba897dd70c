import { describe, expect, it } from "vitest";
import { belowOf, edgePath } from "../src/lineage/edges";
import type { Graph, GraphEdge, GraphNode } from "../src/lineage/graph";
import { fittedView, isInSight, wholeView } from "../src/lineage/viewport";

const node = (key: string): GraphNode => ({
  key,
  kind: "artifact",
  id: key.slice(1),
  name: key,
  type: "model",
  upCount: 0,
  downCount: 0,
});
const edge = (from: string, to: string): GraphEdge => ({ from, to, type: "OUTPUT" });
const row: Graph = {
  nodes: new Map(["a1", "a2", "a3"].map((key) => [key, node(key)])),
  edges: [edge("a1", "a2"), edge("a2", "a3"), edge("a3", "a1")],
};
const positions = { a1: [0, 0], a2: [300, 40], a3: [600, 0] } as const;

describe("an edge", () => {
  it("along the flow is a curve", () => {
    expect(belowOf(edge("a1", "a2"), row, positions)).toBeUndefined();
    expect(edgePath(0, 0, 100, 50, undefined)).toMatch(/^M0 0C/);
  });

  it("of a cycle passes below every node between its ends", () => {
    const below = belowOf(edge("a3", "a1"), row, positions) as number;
    expect(below).toBeGreaterThan(40 + 56);
    expect(edgePath(816, 28, 0, 28, below)).toContain(`H`);
  });
});

describe("the first view", () => {
  const size = { width: 1280, height: 600 };

  it("is the whole graph where its names can be read", () => {
    const place = { graph: row, positions, size };
    expect(fittedView(place, { focus: "a1" })).toEqual(wholeView(place));
  });

  const keys = Array.from({ length: 200 }, (_, at) => `a${at + 2}`);
  const large: Graph = {
    nodes: new Map(["a1", ...keys].map((key) => [key, node(key)])),
    edges: keys.map((key) => edge("a1", key)),
  };
  const places = Object.fromEntries(keys.map((key, at) => [key, [300, at * 72] as const]));
  const place = { graph: large, positions: { ...places, a1: [0, 100 * 72] as const }, size };

  it("is the focus with what lies near it where the graph is too large", () => {
    const view = fittedView(place, { focus: "a1" });
    expect(view.zoom).toBeGreaterThanOrEqual(0.6);
    const top = 100 * 72 * view.zoom + view.y;
    expect(top).toBeGreaterThan(0);
    expect(top).toBeLessThan(size.height);
  });

  it("is never empty, whatever was clicked and wherever the focus has gone", () => {
    for (const purpose of [{ focus: undefined }, { focus: "gone" }, { focus: "a1", anchor: "a150" }]) {
      const view = fittedView(place, purpose);
      expect(view.zoom).toBeGreaterThanOrEqual(0.6);
      expect(isInSight(place, view)).toBe(true);
    }
    expect(isInSight(place, { x: -5000, y: 0, zoom: 1 })).toBe(false);
  });

  it("has a node beside the focus on a narrow screen too", () => {
    const narrow = { ...place, size: { width: 360, height: 500 } };
    const view = fittedView(narrow, { focus: "a1" });
    expect(view.x).toBeGreaterThanOrEqual(0);
    expect((300 + 216) * view.zoom + view.x).toBeLessThanOrEqual(360);
  });

  it("keeps the clicked node and what came in sight", () => {
    const known = new Set(Object.keys(place.positions).filter((key) => key !== "a152"));
    const view = fittedView(place, { focus: "a1", anchor: "a150", known });
    for (const key of ["a150", "a152"]) {
      const top = ((places[key] as readonly number[])[1] as number) * view.zoom + view.y;
      expect(top).toBeGreaterThan(0);
      expect(top + 64 * view.zoom).toBeLessThan(size.height);
    }
  });
});
