// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { inOrder } from "../src/api/search";
import type { Card, Run } from "../src/api/shapes";

const card = (key: string, name: string) => ({ key, id: key.slice(1), kind: "artifact", name, type: "model" }) as Card;
const named = (newest: Card, match: "exact" | "prefix" | "part", count = 1) => ({ newest, match, count });
const keys = (text: string, answer: Partial<Parameters<typeof inOrder>[1]>) =>
  inOrder(text, { by_id: [], by_uri: [], by_name: [], names: [], runs: [], ...answer }).map(({ key }) => key);
const run = (id: string, context_id: string | null) => ({ id, context_id, name: "nightly" }) as Run;

describe("what a search finds", () => {
  it("has exact names first, then runs of that name, then the rest as the server ranks it", () => {
    const names = [named(card("a2", "nightly"), "exact"), named(card("a9", "nightly-2"), "prefix")];
    expect(keys("nightly", { names, runs: [run("4", null)] })).toEqual(["a2", "r4", "a9"]);
  });

  it("has the record of an id first where an id was typed, and last elsewhere", () => {
    const names = [named(card("a2", "3"), "exact")];
    expect(keys("3", { names, by_id: [card("a3", "x")] })).toEqual(["a3", "a2"]);
    expect(keys("a/3", { names, by_id: [card("a3", "x")] })).toEqual(["a2", "a3"]);
  });

  it("has each record once, with how many have its name", () => {
    const found = inOrder("m", {
      by_id: [],
      by_uri: [card("a3", "m")],
      by_name: [],
      names: [named(card("a3", "m"), "exact", 7)],
      runs: [],
    });
    expect(found).toMatchObject([{ key: "a3", count: 7 }]);
  });

  it("has a run that is a context once", () => {
    const context = { ...card("c5", "nightly"), kind: "context" } as Card;
    expect(keys("nightly", { names: [named(context, "exact")], runs: [run("1", "5")] })).toEqual(["c5"]);
  });
});
