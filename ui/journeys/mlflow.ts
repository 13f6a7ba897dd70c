// Runs as a client of MLflow logs them, by plain calls of its REST interface.

import type { World } from "./world";

export interface LoggedRun {
  readonly run: string;
  /** The key of its execution. */
  readonly key: string;
}

interface Point {
  readonly value: number | string;
  readonly step: number;
  /** Milliseconds since the start. */
  readonly after: number;
}

/** When all runs start: 28 Nov 2026, 10:00 UTC. */
export const START = Date.UTC(2026, 10, 28, 10);
const MOST_OF_A_BATCH = 1000;

/** Make a call; return what it answers. */
export async function call(world: World, name: string, fields: object, method = "POST") {
  const answer = await fetch(`${world.address}/api/2.0/mlflow/${name}`, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fields),
  });
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

export class Tracking {
  constructor(private readonly world: World) {}

  async call(name: string, fields: object, method = "POST"): Promise<object> {
    return call(this.world, name, fields, method);
  }

  async experiment(name: string): Promise<string> {
    const made = (await this.call("experiments/create", { name })) as { experiment_id: string };
    return made.experiment_id;
  }

  async start(experiment: string, name: string, tags: Readonly<Record<string, string>> = {}): Promise<LoggedRun> {
    const given = Object.entries(tags).map(([key, value]) => ({ key, value }));
    const fields = { experiment_id: experiment, run_name: name, user_id: "ada", start_time: START, tags: given };
    const { run } = (await this.call("runs/create", fields)) as { run: { info: { run_id: string } } };
    const { run_id } = run.info;
    const found = await fetch(`${this.world.address}/api/v1/executions?q=prop.run_id=${run_id}`);
    const { items } = (await found.json()) as { items: { key: string }[] };
    return { run: run_id, key: items[0]?.key as string };
  }

  async end({ run }: LoggedRun, status = "FINISHED"): Promise<void> {
    await this.call("runs/update", { run_id: run, status, end_time: START + 600_000 });
  }

  async params({ run }: LoggedRun, values: Readonly<Record<string, string>>): Promise<void> {
    const params = Object.entries(values).map(([key, value]) => ({ key, value }));
    await this.call("runs/log-batch", { run_id: run, params });
  }

  async metric({ run }: LoggedRun, key: string, points: readonly Point[]): Promise<void> {
    for (let from = 0; from < points.length; from += MOST_OF_A_BATCH) {
      const part = points.slice(from, from + MOST_OF_A_BATCH);
      const metrics = part.map(({ value, step, after }) => ({ key, value, step, timestamp: START + after }));
      await this.call("runs/log-batch", { run_id: run, metrics });
    }
  }

  /** A data set that a run read for training, and a model that it made. */
  async lineage({ run }: LoggedRun, experiment: string): Promise<void> {
    const dataset = { name: "loaves", digest: "abc123", source_type: "s3", source: '{"uri": "s3://bakery/loaves"}' };
    const tags = [{ key: "mlflow.data.context", value: "training" }];
    await this.call("runs/log-inputs", { run_id: run, datasets: [{ dataset, tags }] });
    const made = await this.call("logged-models", {
      experiment_id: experiment,
      name: "classifier",
      source_run_id: run,
    });
    const { model_id } = (made as { model: { info: { model_id: string } } }).model.info;
    await this.call("runs/outputs", { run_id: run, models: [{ model_id, step: 9 }] });
    await this.call(`logged-models/${model_id}`, { model_id, status: "LOGGED_MODEL_READY" }, "PATCH");
  }
}

/** Points one second apart, one step each. */
export function everySecond(number: number, value: (step: number) => number | string): Point[] {
  return Array.from({ length: number }, (_, step) => ({ value: value(step), step, after: step * 1000 }));
}

const LONG = 3000;
const PARAMS = { learning_rate: "0.001", batch_size: "64", optimizer: "adamw", "model.depth": "50" };

/** A whole run: parameters, curves of every kind, system metrics, a data set and a model. */
export async function training(tracking: Tracking, experiment: string, name: string, rate: number): Promise<LoggedRun> {
  const run = await tracking.start(experiment, name, {
    "mlflow.source.name": "train.py",
    "mlflow.source.git.commit": "8f14e45fceea167a5a36dedd4bea2543",
    "mlflow.note.content": "The baseline of November.",
    team: "vision",
  });
  const more = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`augment.${at}`, String(at)]));
  await tracking.params(run, { ...PARAMS, ...more, learning_rate: String(rate / 1000) });
  const noise = (step: number) => 0.05 * Math.sin(step * 12.9898) ** 2;
  const loss = (length: number) => (step: number) => 2 * Math.exp((-step / length) * 4 * rate) + 0.05 + noise(step);
  await tracking.metric(run, "train/loss", everySecond(LONG, loss(LONG)));
  await tracking.metric(run, "val/loss", everySecond(60, loss(60)));
  const odd = (step: number) => (step === 20 ? "NaN" : step === 40 ? "Infinity" : Math.sin(step / 9));
  await tracking.metric(run, "margin", everySecond(60, odd));
  await tracking.metric(
    run,
    "temperature",
    everySecond(60, (step) => step % 7).map((each) => ({ ...each, step: 0 })),
  );
  await tracking.metric(run, "test_accuracy", [{ value: 0.9, step: 0, after: 1000 }]);
  for (const part of ["cpu_utilization_percentage", "gpu_0_utilization_percentage"]) {
    await tracking.metric(
      run,
      `system/${part}`,
      everySecond(60, (step) => 50 + (step % 5)),
    );
  }
  await tracking.lineage(run, experiment);
  await tracking.end(run);
  return run;
}
