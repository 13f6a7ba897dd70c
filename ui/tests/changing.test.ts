// @vitest-environment happy-dom
// Changes of records: what is asked for again after them.

import { beforeEach, describe, expect, it, vi } from "vitest";
import { queryClient } from "../src/api/client";
import { Problem } from "../src/api/problem";
import type { Node, Row } from "../src/api/shapes";
import { change, refreshAfter, undo } from "../src/edit/changing";
import { fetchHolders } from "../src/edit/holders";
import { nodeOf, rowOf, serve } from "./drawing";

const SHOWING = ["list", "node", "lineage", "neighbours", "events", "relatives", "run", "starts", "columns", "running"];
const MORE = [
  "newest-models",
  "labels",
  "compared",
  "series",
  "holding",
  "run-holding",
  "growth",
  "search-keys",
  "find",
];
const KEPT = ["search", "edit", "filter-with", "caller", "connection", "bulk"];

beforeEach(() => queryClient.clear());

describe("after a change", () => {
  it("everything that shows records is asked for again, and nothing else", () => {
    for (const key of [...SHOWING, ...MORE, ...KEPT]) queryClient.setQueryData([key, "any"], {});
    refreshAfter([]);
    const isStale = (key: string) => queryClient.getQueryState([key, "any"])?.isInvalidated;
    expect([...SHOWING, ...MORE].filter((key) => !isStale(key))).toEqual([]);
    expect(KEPT.filter(isStale)).toEqual([]);
  });
});

describe("a change of a record that others change at the same time", () => {
  const stale = () => Response.json({ title: "Stale" }, { status: 412 });

  function serveChanges(now: Node, ...patched: (() => Response)[]): void {
    queryClient.clear();
    vi.stubGlobal("fetch", ({ method }: Request) =>
      Promise.resolve(method === "PATCH" ? (patched.shift() ?? stale)() : Response.json(now)),
    );
  }

  it("is tried again where others changed something else twice", async () => {
    const now = nodeOf(1, { tag: "2.x" });
    serveChanges(now, stale, stale, () => Response.json(nodeOf(1, { archived: 5 })));
    expect((await change(nodeOf(1), { patch: { archived: true } })).record.archived).toBe(5);
  });

  it("says so in words where it is never in time", async () => {
    serveChanges(nodeOf(1, { tag: "2.x" }));
    const failure = await change(nodeOf(1), { patch: { archived: true } }).catch(Problem.from);
    expect(failure).toMatchObject({ kind: "refused", detail: expect.stringContaining("Try again") });
  });

  it("is done where somebody else has archived it as well", async () => {
    const now = nodeOf(1, { archived: 5, tag: "2.x" });
    serveChanges(now, stale, () => Response.json(now));
    expect((await change(nodeOf(1), { patch: { archived: true } })).record.archived).toBe(5);
  });
});

describe("the holder of an alias", () => {
  const named = { name: "loaf", workspace: "bakery", aliases: ["production"] };

  function serveHolders(record: Node, ...pages: Row[][]): string[] {
    return serve({
      "search/edit": { text: "has:alias type=model name=loaf", terms: [] },
      artifacts: (query: URLSearchParams) => {
        const at = Number(query.get("cursor") ?? 0);
        const next_cursor = at + 1 < pages.length ? String(at + 1) : null;
        return { items: pages[at], next_cursor, complete: true, columns: null };
      },
      [`artifacts/${record.id}`]: record,
    });
  }

  it("is asked for by the alias, so that it is found among any number of versions", async () => {
    const record = nodeOf(1, { name: "loaf", workspace: "bakery" });
    const others = [rowOf(1, named), rowOf(8, { ...named, workspace: "kitchen" })];
    const asked = serveHolders(record, others, [rowOf(200, { ...named, version: "3" })]);
    expect((await fetchHolders(record)).map(({ id }) => id)).toEqual(["200"]);
    expect(asked.find((path) => path.startsWith("artifacts"))).toContain("has%3Aalias");
  });

  it("is no record of another type whose last part, or of another name whose letters, are the same", async () => {
    const record = nodeOf(1, { name: "loaf", type: "Model", type_id: "10", workspace: "bakery" });
    const others = [
      rowOf(2, { ...named, type: "system.Model", type_id: "11" }),
      rowOf(3, { ...named, name: "Loaf", type: "Model", type_id: "10" }),
    ];
    serveHolders(record, others);
    expect(await fetchHolders(record)).toEqual([]);
    const edit = { alias: "production", isGiven: true };
    const failure = await undo({ kind: "artifacts", id: "1", edit, after: record }).catch(Problem.from);
    expect(failure?.detail ?? "").not.toContain("moved again");
  });

  it("keeps an alias that has moved on from being given back", async () => {
    const after = nodeOf(1, { name: "loaf", workspace: "bakery" });
    serveHolders(after, [rowOf(200, named)]);
    const edit = { alias: "production", isGiven: true };
    const failure = await undo({ kind: "artifacts", id: "1", edit, after }).catch(Problem.from);
    expect(failure).toMatchObject({ detail: expect.stringContaining("moved again") });
  });
});
