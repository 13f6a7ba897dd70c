// Runs of MLflow by the ids that its clients know: their executions, and the runs inside of them.

import { useQuery } from "@tanstack/react-query";
import { api, dataOf } from "./client";

/** The id of the execution that a run of MLflow is, if the caller sees one. */
export async function executionOfRun(run: string): Promise<string | undefined> {
  const q = `type=mlflow.Run prop.run_id=${JSON.stringify(run)}`;
  const page = await dataOf(api.GET("/api/v1/executions", { params: { query: { q, limit: 1 } } }));
  return page.items[0]?.id;
}

/** The search for the runs that are inside of a run. */
export function childSearch(run: string): string {
  return `type=mlflow.Run prop.tag.mlflow.parentRunId=${JSON.stringify(run)}`;
}

/** How many runs are inside of a run. */
export function useChildCount(run: string | undefined) {
  return useQuery({
    queryKey: ["child-runs", run],
    queryFn: ({ signal }) =>
      dataOf(api.GET("/api/v1/executions/count", { signal, params: { query: { q: childSearch(run ?? "") } } })),
    enabled: run !== undefined,
  });
}
