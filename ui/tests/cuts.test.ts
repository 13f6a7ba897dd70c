// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { ALL } from "../src/api/asks";
import { cutsOf } from "../src/api/lineage";
import type { Cut } from "../src/api/shapes";

const hops: Cut = { limit: "hops", direction: "up", hops: 100, left_out: 3, message: "stopped after 100 steps" };

describe("where a lineage stops", () => {
  it("is said of all generations", () => {
    expect(cutsOf({ up: ALL, down: 0 }, [hops])).toEqual(["upstream: stopped after 100 steps"]);
  });

  it("is not said of a few generations, which end where the reader asked", () => {
    expect(cutsOf({ up: 1, down: ALL }, [hops])).toEqual([]);
  });

  it("is said of edges that are left out", () => {
    const edges: Cut = { limit: "edges", direction: "", hops: 0, left_out: 0, message: "left out a part" };
    expect(cutsOf({ up: 1, down: 1 }, [edges])).toEqual(["left out a part"]);
  });
});
