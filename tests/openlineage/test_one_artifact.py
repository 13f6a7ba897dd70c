"""One artifact across doors: what Spark writes, the SDK and MLflow read, and KServe serves, each as it spells it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import httpx
import pytest

from lineal.cli import main
from lineal.client import MetadataStore
from lineal.client.transport import LocalTransport
from lineal.sdk import DataSet, Execution, Model, Store, Workspace
from lineal.wire import metadata_store as pb
from tests import services
from tests.engines import SQLITE_EVERY_DAY
from tests.openlineage.shop import data_set, event
from tests.parameters import rare
from tests.server.rest.conftest import serving
from tests.watch.made.storing import Storing

pytestmark = pytest.mark.slow

RUN = "0190a3a4-0000-7000-8000-000000000001"
RAW, ORDERS = ("postgres://DB:5432", "shop.public.raw"), ("s3a://lake", "orders/")
SERVICE = "InferenceService.serving.kserve.io/v1beta1"
SERVED = {
    "metadata": {"name": "shop", "uid": "u-1"},
    "spec": {"predictor": {"model": {"storageUri": "https://models.s3.eu-west-1.amazonaws.com/shop/1"}}},
}
PROGRAM = """
import mlflow, pandas, sys
mlflow.set_tracking_uri(sys.argv[1])
with mlflow.start_run():
    mlflow.log_input(mlflow.data.from_pandas(pandas.DataFrame({"a": [1]}), source="s3://lake//orders", name="mine"))
"""


def read_over_rest(url: str, key: str = "orders") -> None:
    """Let a run of MLflow read the orders, by requests as its client makes them."""
    with httpx.Client(base_url=f"{url}/api/2.0/mlflow") as client:
        made = client.post("runs/create", json={"experiment_id": "0"}).raise_for_status().json()
        given = {"name": key, "digest": "1", "source_type": "s3", "source": json.dumps({"uri": f"s3n://lake//{key}"})}
        read = {"run_id": made["run"]["info"]["run_id"], "datasets": [{"dataset": given}]}
        client.post("runs/log-inputs", json=read).raise_for_status()


def read_by_its_client(url: str) -> None:
    """Let a program with MLflow's client do the same."""
    python = services.require_mlflow_python()
    environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    subprocess.run([python, "-c", PROGRAM, url], check=True, env=environment, timeout=120)


def send(url: str, run: str = RUN, to: tuple[str, str] = ORDERS) -> None:
    """Send what Spark says of its job."""
    made = event("etl", run, "2026-11-29T01:00:00Z", inputs=[data_set(RAW)], outputs=[data_set(to)])
    assert httpx.post(f"{url}/api/v1/lineage", json=made).status_code == 201


def train(store: MetadataStore) -> int:
    """Train a model with the SDK; return its id."""
    execution = Execution("train", Workspace(Store.from_client(store), "default"))
    execution.log_input(DataSet("s3://lake/orders", "orders"))
    return int(execution.log_output(Model("s3://models/shop/1/", "shop")).id)


@pytest.mark.parametrize(
    "read_with_mlflow",
    [read_over_rest, pytest.param(read_by_its_client, marks=pytest.mark.slow)],
    ids=["REST", "client"],
)
@pytest.mark.parametrize("order", [rare((0, 1, 2)), (2, 0, 1)], ids=["Spark first", "MLflow first"])
def test_each_door_spells_the_uri_in_its_way_and_means_one_artifact(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], read_with_mlflow: Callable[[str], None], order: tuple[int, ...]
) -> None:
    database = f"sqlite:///{tmp_path}/store.db"
    with serving(database) as (service, url), MetadataStore.from_transport(LocalTransport(service)) as store:
        models: list[Any] = []
        steps = (lambda: send(url), lambda: models.append(train(store)), lambda: read_with_mlflow(url))
        for step in order:
            steps[step]()
        Storing(store).record(SERVICE, SERVED)

        artifacts = {one.id: one for one in store.get_artifacts()}
        events = store.get_events_by_artifact_ids(list(artifacts))
        [orders] = {one.artifact_id for one in events if one.type == pb.Event.OUTPUT} - set(models)
        assert len(artifacts) == 3
        assert len([one for one in events if (one.artifact_id, one.type) == (orders, pb.Event.INPUT)]) == 2
        assert [one.type for one in events if one.artifact_id == models[0]] == [pb.Event.OUTPUT, pb.Event.INPUT]

    assert main(["lineage", str(models[0]), "--up", "--db", database, "-o", "json"]) == 0
    assert "shop.public.raw" in json.dumps(json.loads(capsys.readouterr().out))


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
def test_a_file_that_spark_writes_mlflow_reads_and_kserve_serves_is_one_artifact_in_any_order(
    database_url: str,
) -> None:
    with serving(database_url) as (service, url), MetadataStore.from_transport(LocalTransport(service)) as store:
        for number, order in enumerate(permutations(("Spark", "MLflow", "KServe"))):
            key = f"sales-{number}"
            storage = {"storageUri": f"https://lake.s3.eu-west-1.amazonaws.com/{key}"}
            served = {"metadata": {"name": key, "uid": key}, "spec": {"predictor": {"model": storage}}}
            doors = {
                "Spark": partial(send, url, run=f"{RUN[:-1]}{number}", to=("s3a://lake", f"{key}/")),
                "MLflow": partial(read_over_rest, url, key),
                "KServe": partial(Storing(store).record, SERVICE, served),
            }
            for door in order:
                doors[door]()
            Storing(store).record(SERVICE, served)  # as `--relist` does

            [made] = [each for each in store.get_artifacts() if each.uri == f"s3a://lake/{key}/"] or [
                each for each in store.get_artifacts() if each.uri == f"s3n://lake//{key}"
            ]
            types = [each.type for each in store.get_events_by_artifact_ids([made.id])]
            assert sorted(types) == [pb.Event.INPUT, pb.Event.INPUT, pb.Event.OUTPUT], order
