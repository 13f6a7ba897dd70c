"""A store of many runs of MLflow: how long lists, searches and pages of it take.

Each run has 20 parameters and 20 metrics of 100 points. Runs are stored as a client's are, in batches; their metrics
and points are inserted by the database itself, past the service. 100,000 runs have 200 million points, take some
minutes and 10 GB. `--stores FOLDER` keeps the store.
"""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.tracking import lineal_server
from lineal.catalogue.index import SearchIndex
from lineal.mlflow import Tracking
from lineal.mlflow.new_runs import NewRun, store_runs
from lineal.service import MetadataService
from lineal.service.calls import Call
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb

WORKSPACE, EXPERIMENT = "default", "many"
PARAMS, METRICS, POINTS = 20, 20, 100
LONGEST = 1.0
"""What each read may take at most, in seconds."""
_BATCH = 1000
_MOMENT = 1_700_000_000_000
_OF_RUNS = "execution WHERE type_id = (SELECT id FROM type WHERE name = 'mlflow.Run' AND type_kind = 0)"
_VALUE = "1.0 / (1 + (node_id * 7919 + number * 104729 + step * 31) % 10007)"
_SCRIPT = f"""
PRAGMA synchronous = OFF;
CREATE TEMP TABLE given AS WITH RECURSIVE n(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM n
 WHERE number < {max(METRICS, POINTS) - 1}) SELECT number FROM n;
INSERT INTO lineal_metric (kind, node_id, name, last_step, last_time, last_value, last_special)
 SELECT 0, node_id, 'metric' || number, step, {_MOMENT} + step, {_VALUE}, 0
 FROM (SELECT id AS node_id FROM {_OF_RUNS}), given, (SELECT {POINTS - 1} AS step)
 WHERE number < {METRICS} ORDER BY node_id, number;
INSERT INTO lineal_metric_point (metric_id, step, time, value, special)
 SELECT id, step, {_MOMENT} + step, {_VALUE}, 0
 FROM (SELECT id, node_id, CAST(substr(name, 7) AS INT) AS number FROM lineal_metric WHERE kind = 0 ORDER BY id),
 (SELECT number AS step FROM given WHERE number < {POINTS} ORDER BY number);
"""


@dataclass(frozen=True)
class Read:
    """The median and the longest time of a read, in seconds."""

    name: str
    median: float
    longest: float

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {"suite": "runs", **self.__dict__}


def measure(rounds: int, *, runs: int, folder: str | None) -> list[Read]:
    """Measure reads of a store with that many runs, which is made if the folder does not have it."""
    with ExitStack() as stack:
        made = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = Path(folder or made) / f"runs-{runs}.db"
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=path.parent, prefix="unfinished-") as unfinished:
                generate(Path(unfinished) / path.name, runs).rename(path)
        address = stack.enter_context(lineal_server(f"sqlite:///{path}", made))
        client = stack.enter_context(httpx.Client(base_url=address, timeout=300))
        return [_measured(name, read, rounds) for name, read in _reads(client).items()]


def generate(path: Path, runs: int) -> Path:
    """Make a store with that many runs of one experiment, and its search index; return its file."""
    with open_service(f"sqlite:///{path}") as service:
        tracking = Tracking(service)
        experiment = int(tracking.call("experiments/create", {"name": EXPERIMENT})["experiment_id"])
        # One point by the service makes the tables of metrics.
        first = tracking.call("runs/create", {"experiment_id": "0"})["run"]["info"]["run_id"]
        tracking.call("runs/log-metric", {"run_id": first, "key": "metric0", "value": 1, "timestamp": 1})
        for start in range(0, runs, _BATCH):
            numbers = range(start, min(start + _BATCH, runs))
            _store(service, [_run(number, experiment) for number in numbers])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM lineal_metric_point")
        connection.execute("DELETE FROM lineal_metric")
        connection.executescript(_SCRIPT)
    with open_service(f"sqlite:///{path}") as service:
        index = SearchIndex(service)
        index.prepare()
        index.follow_all()
    return path


def _store(service: MetadataService, runs: list[NewRun]) -> None:
    rule = Call(lambda session, types, _: store_runs(session, types, WORKSPACE, runs), writes=True)
    service.call("runs/create", None, called=rule)


def _run(number: int, experiment: int) -> NewRun:
    return NewRun(
        run_id=f"{number:032x}",
        experiment_id=experiment,
        name=f"run {number}",
        user_id="ann",
        artifact_uri=f"mlflow-artifacts:/{WORKSPACE}/{experiment}/{number:032x}/artifacts",
        started=_MOMENT + 1000 * number,
        tags={"mlflow.runName": f"run {number}", "team": f"t{number % 7}"},
        params={f"param{each}": str((number * 31 + each) % (each + 2)) for each in range(PARAMS)},
        state=pb.Execution.COMPLETE,
        ended=_MOMENT + 1000 * number + 500,
    )


def _reads(client: httpx.Client) -> dict[str, Callable[[], Any]]:
    """Return what is read, by name: as people do in the web UI, and as MLflow's clients do."""
    [experiment] = _post(client, "experiments/search", filter=f"name = '{EXPERIMENT}'", max_results=1)["experiments"]
    asked = {"experiment_ids": [experiment["experiment_id"]], "max_results": 100}
    run = _post(client, "runs/search", **asked)["runs"][0]["info"]["run_id"]
    listed = client.get("/api/v1/executions", params={"q": "type=mlflow.Run"}).raise_for_status().json()["items"][0]
    page = f"/api/v1/executions/{listed['id']}"
    history = {"run_id": run, "metric_key": "metric3"}
    return {
        "list of runs, first page": lambda: _get(client, "/api/v1/executions", {"q": "type=mlflow.Run"}),
        "list of runs, by a metric": lambda: _get(client, "/api/v1/executions", {"order_by": "-metric.metric3"}),
        "list of runs, by a parameter": lambda: _get(client, "/api/v1/executions", {"q": "param.param5=3"}),
        "list of runs, facets": lambda: _get(client, "/api/v1/executions/facets", {"q": "type=mlflow.Run"}),
        "a run": lambda: _get(client, page, {}),
        "its metrics": lambda: _get(client, f"{page}/metrics", {}),
        "MLflow: runs, first page": lambda: _post(client, "runs/search", **asked),
        "MLflow: runs, by a metric": lambda: _post(client, "runs/search", **asked, order_by=["metrics.metric3 DESC"]),
        "MLflow: runs, filter and order": lambda: _post(
            client,
            "runs/search",
            **asked,
            filter="params.param5 = '3' AND metrics.metric4 > 0.001",
            order_by=["metrics.metric3 DESC"],
        ),
        "MLflow: runs of a tag": lambda: _post(client, "runs/search", **asked, filter="tags.team = 't3'"),
        "MLflow: a run": lambda: _get(client, "/api/2.0/mlflow/runs/get", {"run_id": run}),
        "MLflow: a history": lambda: _get(client, "/api/2.0/mlflow/metrics/get-history", history),
    }


def _get(client: httpx.Client, path: str, query: Mapping[str, str]) -> Any:
    return client.get(path, params=dict(query)).raise_for_status().json()


def _post(client: httpx.Client, call: str, **fields: Any) -> Any:
    return client.post(f"/api/2.0/mlflow/{call}", json=fields).raise_for_status().json()


def _measured(name: str, read: Callable[[], Any], rounds: int) -> Read:
    """Read some times; the first time counts, too, since it is what people meet."""
    times = []
    for _ in range(rounds):
        before = time.perf_counter()
        read()
        times.append(time.perf_counter() - before)
    return Read(name, statistics.median(times), max(times))


def print_table(found: list[Read], *, runs: int) -> None:
    """Print the times in milliseconds."""
    print(f"| {runs:,} runs | median ms | longest ms | at most |")
    print("|---|---|---|---|")
    for each in found:
        missed = "" if each.longest <= LONGEST else " **missed**"
        print(
            f"| {each.name} | {1000 * each.median:,.0f} | {1000 * each.longest:,.0f} | {1000 * LONGEST:,.0f}{missed} |"
        )
