// What MLflow's clients print as addresses of runs and experiments.

import { api, dataOf } from "./client";

/** The id of the execution that a run of MLflow is, if the caller sees one. */
export async function executionOfRun(run: string): Promise<string | undefined> {
  const q = `type=mlflow.Run prop.run_id=${JSON.stringify(run)}`;
  const page = await dataOf(api.GET("/api/v1/executions", { params: { query: { q, limit: 1 } } }));
  return page.items[0]?.id;
}
