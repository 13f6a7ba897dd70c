// The caller: what they may change. Nothing is offered that the server would refuse.

import { useQuery } from "@tanstack/react-query";
import { api, dataOf } from "./client";
import type { components } from "./schema";
import type { Node } from "./shapes";

export type Caller = components["schemas"]["CallerRights"];

/** The caller; undefined until the server has said it. */
export function useCaller(): Caller | undefined {
  return useQuery({
    queryKey: ["caller"],
    queryFn: () => dataOf(api.GET("/api/v1/caller")),
    staleTime: 300_000,
  }).data;
}

/** Why a caller cannot change a record; undefined if they can. */
export function whyNot(caller: Caller, record: Pick<Node, "custom_properties">): string | undefined {
  if (!caller.may_change) return caller.why_not ?? "You may not change records.";
  const named = record.custom_properties.__kf_workspace__?.value;
  if (!caller.workspaces || named === undefined || caller.workspaces.includes(String(named))) return undefined;
  return `The record is in the workspace ${String(named)}, and you change only records of ${caller.workspaces.join(", ")}.`;
}

/** Why a caller cannot change the aliases of a record that they can change otherwise; undefined if they can. */
export function whyNoAliases(caller: Caller, record: Pick<Node, "custom_properties" | "name">): string | undefined {
  if (!record.name) return "An alias stands for one version of a name, and this record has no name.";
  if (caller.workspaces && record.custom_properties.__kf_workspace__ === undefined)
    return "The record names no workspace, so only callers with the whole store change its aliases.";
  return undefined;
}
