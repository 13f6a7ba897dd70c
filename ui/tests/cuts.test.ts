// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { ALL, lineageParams, openingOf } from "../src/api/asks";
import { cutsOf, type Stop, stopsOf } from "../src/api/lineage";
import type { Cut } from "../src/api/shapes";
import { stopped } from "../src/lineage/Stops";

const hops: Cut = { limit: "hops", direction: "up", hops: 100, left_out: 3, message: "stopped after 100 steps" };
const nodes: Cut = { limit: "nodes", direction: "up", hops: 47, left_out: 3, message: "stopped at the limit of nodes" };
const met = Array.from({ length: 60 }, (_, at) => ({ distance: -at }));
const ask = { focus: "a1", up: ALL, down: 0, limit: 60 };

describe("where a lineage stops", () => {
  it("is said of all generations, with the way on", () => {
    const [stop] = stopsOf(ask, { nodes: met, cuts: [nodes] });
    expect(stop).toMatchObject({ generations: 24, nodes: 59, next: 1000, isWhole: true });
    expect(stopped(stop as Stop)).toBe(
      "Stopped here upstream after 24 generations and 59 nodes: at least 3 more are left out",
    );
    expect(stopped(stop as Stop, { total: 7459, isExact: true })).toContain(": 7,400 more are left out");
    expect(stopped(stop as Stop, { total: 7459, isExact: false })).toContain(": more than 7,400 more are left out");
  });

  it("is not said of a few generations, which end where the reader asked", () => {
    expect(stopsOf({ ...ask, up: 1 }, { nodes: met, cuts: [hops] })).toEqual([]);
    expect(stopsOf(ask, { nodes: met, cuts: [hops] })).toMatchObject([{ limit: "generations", next: undefined }]);
  });

  it("is a limit of the server where it answers fewer nodes than were asked for", () => {
    expect(stopsOf({ ...ask, limit: 5000 }, { nodes: met, cuts: [nodes] })[0]?.next).toBeUndefined();
  });

  it("leads on with more nodes in the address", () => {
    expect(openingOf("a1", { up: "all", most: "10000" }).limit).toBe(10_000);
    expect(openingOf("a1", { up: "all", most: "90000" }).limit).toBe(20_000);
    expect(openingOf("a1", {}).limit).toBe(60);
  });

  it("is not after 50 generations", () => {
    expect(lineageParams(openingOf("a1", { up: "all", down: "0" })).up).toBe(10_000);
  });

  it("asks for the metrics and labels that are to be on the nodes, and for nothing else", () => {
    expect(lineageParams(openingOf("a1", { figure: "aliases,headline" }))).not.toHaveProperty("columns");
    expect(lineageParams(openingOf("a1", { figure: "aliases,metric.auc,label.team" })).columns).toBe(
      "metric.auc,label.team",
    );
  });

  it("is said of edges that are left out", () => {
    const edges: Cut = { limit: "edges", direction: "", hops: 0, left_out: 0, message: "left out a part" };
    expect(cutsOf([edges, hops])).toEqual(["left out a part"]);
  });
});
