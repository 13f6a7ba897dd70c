// Calls as MLflow's clients make them.

import type { World } from "./world";

/** Make a call; return what it answers. */
export async function call(world: World, name: string, body: object) {
  const answer = await fetch(`${world.address}/api/2.0/mlflow/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`);
  return answer.json();
}
