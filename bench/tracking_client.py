"""What MLflow's client does, timed: runs in an environment of MLflow, by path, and imports nothing of Lineal.

    python tracking_client.py http://127.0.0.1:5000

prints "ready". Then it reads the name of a workload from each line of its input, runs it once, and prints a line of
JSON: `seconds`, how long it took, and `found`, what it found, to compare two servers.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

os.environ |= {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_ENABLE_ASYNC_LOGGING": "false",
}

import mlflow  # it reads the variables above
from mlflow import MlflowClient
from mlflow.entities import Metric, Param

RUNS = 10_000
POINTS = 10_000
BATCH = 1000
FOUND = 1000
EXPERIMENT = "bench"
FILTER = "params.depth = '3' AND metrics.auc > 0.2"


class Client:
    """The workloads, and what they are about."""

    def __init__(self, uri: str) -> None:
        mlflow.set_tracking_uri(uri)
        self._client = MlflowClient(uri)
        found = self._client.get_experiment_by_name(EXPERIMENT)
        self._experiment = found.experiment_id if found else self._client.create_experiment(EXPERIMENT)
        self._run = self._client.create_run(self._experiment).info.run_id
        self._history = ""
        self._step = 0

    def fill_runs(self) -> int:
        """Make the runs that are searched for."""
        with ThreadPoolExecutor(4) as pool:
            return sum(pool.map(self._fill, range(RUNS)))

    def _fill(self, number: int) -> int:
        run = self._client.create_run(self._experiment, start_time=number, tags={"team": f"t{number % 7}"})
        params = [Param("depth", str(number % 13)), Param("rate", str(number % 17 / 10))]
        self._client.log_batch(run.info.run_id, [Metric("auc", number * 7919 % 10_007 / 10_007, number, 0)], params, [])
        return 1

    def fill_history(self) -> int:
        """Log the points that are read."""
        self._history = self._client.create_run(self._experiment).info.run_id
        for start in range(0, POINTS, BATCH):
            self._client.log_batch(self._history, _points(start))
        return POINTS

    def run(self) -> int:
        """Log a run with 7 parameters, 2 metrics and 2 tags, as a program does it."""
        with mlflow.start_run(experiment_id=self._experiment) as run:
            mlflow.log_params({f"p{number}": number for number in range(7)})
            mlflow.log_metrics({"auc": 0.5, "loss": 0.1})
            mlflow.set_tags({"team": "a", "stage": "b"})
        return len(run.info.run_id)

    def batch(self) -> int:
        """Log 1,000 points of a metric by one call."""
        self._client.log_batch(self._run, _points(self._step))
        self._step += BATCH
        return BATCH

    def search(self) -> list[float]:
        """Find up to 1,000 of 10,000 runs by a filter, in an order."""
        order = ["metrics.auc DESC"]
        found = self._client.search_runs([self._experiment], FILTER, order_by=order, max_results=FOUND)
        return [round(run.data.metrics["auc"], 6) for run in found]

    def history(self) -> int:
        """Read all of 10,000 points of a metric."""
        return len(self._client.get_metric_history(self._history, "loss"))


def _points(start: int) -> list[Metric]:
    return [Metric("loss", 1 / (number + 1), number, number) for number in range(start, start + BATCH)]


def main() -> None:
    """Run the workloads that are asked for."""
    client = Client(sys.argv[1])
    print("ready", flush=True)
    for line in sys.stdin:
        before = time.perf_counter()
        found = getattr(client, line.strip())()
        print(json.dumps({"seconds": time.perf_counter() - before, "found": found}), flush=True)


if __name__ == "__main__":
    main()
