"""Sixteen of MLflow's clients that log at once; a program for an environment of MLflow.

    python crowd.py URL

It prints as JSON what was lost, or is there twice, by where that was; an empty object if nothing was.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag

CLIENTS, ROUNDS = 16, 5
NAME = "crowd"
HAS_MODELS = hasattr(MlflowClient, "create_logged_model")


def log(client: MlflowClient, experiment: str, shared: str, number: int) -> list[str]:
    """Log to the shared run and to an own one inside of it; return the numbers of the versions that were made."""
    own = client.create_run(experiment, tags={"mlflow.parentRunId": shared}).info.run_id
    made = []
    for each in range(ROUNDS):
        mark, step = f"{number}.{each}", number * 1000 + each
        for run in (shared, own):
            client.log_param(run, f"a{mark}", mark)
            client.log_metric(run, "loss", step / 8, timestamp=step, step=step)
            client.log_batch(run, [Metric("auc", step, 1, step)], [Param(f"b{mark}", mark)], [RunTag(f"c{mark}", mark)])
            data_set = Dataset(name=f"d{each}", digest="1", source_type="local", source="s3://b/d")
            client.log_inputs(run, [DatasetInput(data_set, [InputTag("mlflow.data.context", "training")])])
        made.append(register(client, experiment, own))
        client.set_registered_model_alias(NAME, "newest", made[-1])
    client.set_terminated(own)
    return made


def register(client: MlflowClient, experiment: str, run: str) -> str:
    """Make a version of the registered model, from a logged model if the client knows any; return its number."""
    if not HAS_MODELS:
        return str(client.create_model_version(NAME, "s3://b/m", run_id=run).version)
    model = client.create_logged_model(experiment, source_run_id=run).model_id
    client.finalize_logged_model(model, "READY")
    client.log_batch(run, [Metric("of model", 1, 1, 1, model_id=model)])
    return str(client.create_model_version(NAME, f"models:/{model}", run_id=run, model_id=model).version)


def wrong(client: MlflowClient, experiment: str, shared: str, versions: list[str]) -> dict[str, Any]:
    """Return what was lost or is there twice."""
    inside = client.search_runs([experiment], f"tags.`mlflow.parentRunId` = '{shared}'", max_results=100)
    marks = [f"{number}.{each}" for number in range(CLIENTS) for each in range(ROUNDS)]
    run, history = client.get_run(shared), client.get_metric_history(shared, "loss")
    steps = Counter(point.step for point in history)
    data_sets = Counter(each.dataset.name for each in run.inputs.dataset_inputs)
    stored = [str(each.version) for each in client.search_model_versions(f"name = '{NAME}'")]
    holds = {
        "runs": len(inside) == CLIENTS and all(each.info.status == "FINISHED" for each in inside),
        "params": all(run.data.params.get(f"{kind}{mark}") == mark for kind in "ab" for mark in marks),
        "tags": all(run.data.tags.get(f"c{mark}") == mark for mark in marks),
        "points": steps == Counter(number * 1000 + each for number in range(CLIENTS) for each in range(ROUNDS)),
        "own points": all(len(client.get_metric_history(each.info.run_id, "auc")) == ROUNDS for each in inside),
        "data sets": data_sets == Counter(f"d{each}" for each in range(ROUNDS)),
        "versions": sorted(map(int, stored)) == sorted(map(int, versions)) == [*range(1, CLIENTS * ROUNDS + 1)],
        "alias": str(client.get_model_version_by_alias(NAME, "newest").version) in versions,
    }
    return {name: False for name, is_right in holds.items() if not is_right}


def main(url: str) -> dict[str, Any]:
    client = MlflowClient(url)
    experiment = client.create_experiment(NAME)
    shared = client.create_run(experiment).info.run_id
    client.create_registered_model(NAME)
    with ThreadPoolExecutor(CLIENTS) as threads:
        logging = [threads.submit(log, MlflowClient(url), experiment, shared, number) for number in range(CLIENTS)]
        versions = [version for each in logging for version in each.result()]
    return wrong(client, experiment, shared, versions)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
