// Runs: names that executions share, or contexts of a run type.

import { api, dataOf } from "./client";
import type { ListedPage } from "./listing";

/** A page of runs as rows of a list. */
export async function fetchRuns(filter: string, cursor: string): Promise<ListedPage> {
  const q = `type:run ${filter}`.trim();
  const page = await dataOf(api.GET("/api/v1/contexts", { params: { query: { q, ...(cursor && { cursor }) } } }));
  return { rows: page.items, next: page.next_cursor };
}
