// @vitest-environment happy-dom
// Changes of records: what is asked for again after them.

import { beforeEach, describe, expect, it } from "vitest";
import { queryClient } from "../src/api/client";
import { refreshAfter } from "../src/edit/changing";

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
