// The audit log: who changed what, newest first, page by page.

import { useInfiniteQuery } from "@tanstack/react-query";
import type { AuditSearch } from "../app/search";
import { api, dataOf } from "./client";
import type { components, operations } from "./schema";

export type AuditEntry = components["schemas"]["AuditEntry"];
type Query = NonNullable<operations["audit"]["parameters"]["query"]>;

const PAGE = 60;
const DAY = 86_400_000;

export function useAudit(search: AuditSearch) {
  const query = queryOf(search);
  return useInfiniteQuery({
    queryKey: ["audit", query],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/api/v1/audit", { params: { query: { ...query, ...(pageParam && { cursor: pageParam }) } }, signal }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** The server's parameters of an address; days are those of the reader's clock, the last one included. */
function queryOf({ subject, id, who, rpc, since, until }: AuditSearch): Query {
  const [start, end] = [timeOf(since), timeOf(until)];
  return {
    limit: PAGE,
    ...(subject && { subject: subject as NonNullable<Query["subject"]> }),
    ...(id && { node_id: id }),
    ...(who && { who }),
    ...(rpc && { rpc }),
    ...(start !== undefined && { since: start }),
    ...(end !== undefined && { until: end + DAY }),
  };
}

function timeOf(day: string | undefined): number | undefined {
  const time = day ? new Date(`${day}T00:00`).getTime() : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
