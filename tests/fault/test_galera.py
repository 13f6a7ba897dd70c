"""A Galera cluster whose nodes are killed while a writer runs: it goes on, and nothing acknowledged is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from kubeflow.metadata import metadata
from lineal import errors
from lineal.client.lifecycle import LifecycleStore
from lineal.client.transport import LocalTransport
from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import metrics
from lineal.wire import service as rpc
from tests.galera import galera
from tests.service.audit import audit_entries
from tests.service.requests import put_artifact_type, put_artifacts
from tests.service.test_aliases import PROMOTIONS, aliases_of, named, versions

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
GOES_ON_SECONDS = 60


class Writer(threading.Thread):
    """Puts one execution after the other until it is stopped.

    Attributes:
        acknowledged: the names of the executions whose put was answered.
        doubtful: the names of those of which the service could not say whether they are stored.
    """

    def __init__(self, service: MetadataService, type_id: int) -> None:
        super().__init__()
        self.acknowledged: list[str] = []
        self.doubtful: list[str] = []
        self.failure: Exception | None = None
        self._service, self._type_id = service, type_id
        self._stopping = threading.Event()

    def run(self) -> None:
        number = 0
        while not self._stopping.is_set() and self.failure is None:
            name = f"e{number}"
            number += 1
            try:
                node = pb.Execution(type_id=self._type_id, name=name)
                self._service.call("PutExecutions", rpc.PutExecutionsRequest(executions=[node]))
                self.acknowledged.append(name)
            except Exception as error:
                if isinstance(error, errors.UnavailableError) and "may or may not be stored" in error.message:
                    self.doubtful.append(name)
                else:
                    self.failure = error

    def wait_for_more(self, count: int = 20) -> None:
        """Wait until so many more puts were acknowledged."""
        wanted, end = len(self.acknowledged) + count, time.monotonic() + GOES_ON_SECONDS
        while len(self.acknowledged) < wanted:
            assert self.failure is None, self.failure
            assert time.monotonic() < end, "the writer stands still"
            time.sleep(0.05)

    def stop(self) -> None:
        """End after the put in progress."""
        self._stopping.set()
        self.join(GOES_ON_SECONDS)


@contextmanager
def writing(service: MetadataService) -> Iterator[Writer]:
    given = rpc.PutExecutionTypeRequest(execution_type=pb.ExecutionType(name="T"))
    writer = Writer(service, service.call("PutExecutionType", given).type_id)  # type: ignore[attr-defined]
    writer.start()
    try:
        yield writer
    finally:
        writer.stop()


def stored_names(url: str) -> set[str]:
    with open_service(url) as service:
        response = service.call("GetExecutions", rpc.GetExecutionsRequest())
    names = [node.name for node in response.executions]  # type: ignore[attr-defined]
    assert len(names) == len(set(names))
    return set(names)


def test_a_writer_outlives_the_death_of_any_node() -> None:
    with galera() as cluster:
        first, second, third = cluster.nodes
        with open_service(cluster.url(first, second, third)) as service, writing(service) as writer:
            writer.wait_for_more()
            second.kill()
            writer.wait_for_more()
            second.start()
            first.kill()  # the node in use
            writer.wait_for_more()
            first.start()
            writer.wait_for_more()
        written = set(writer.acknowledged)
        for node in cluster.nodes:
            stored = stored_names(cluster.url(node))
            assert written <= stored <= written | set(writer.doubtful)
        assert len(writer.doubtful) <= 2


def test_what_one_node_has_acknowledged_every_node_shows_at_once() -> None:
    with galera() as cluster:
        services = [open_service(cluster.url(node)) for node in cluster.nodes]
        for number in range(50):
            given = rpc.PutExecutionTypeRequest(execution_type=pb.ExecutionType(name=f"T{number}"))
            type_id = services[0].call("PutExecutionType", given).type_id  # type: ignore[attr-defined]
            node = pb.Execution(type_id=type_id, name="e")
            services[1 + number % 2].call("PutExecutions", rpc.PutExecutionsRequest(executions=[node]))
        for service in services:
            service.close()


def test_points_that_two_nodes_add_to_one_record_are_all_kept() -> None:
    with galera() as cluster, ExitStack() as stack:
        services = [stack.enter_context(open_service(cluster.url(node))) for node in cluster.nodes[:2]]
        node_id = put_artifacts(services[0], pb.Artifact(type_id=put_artifact_type(services[0])))[0]

        def log(step: int) -> None:
            series = metrics.MetricSeries(name="loss", steps=[step], values=[step])
            request = metrics.LogMetricsRequest(artifact_id=node_id, series=[series])
            services[step % 2].call("LogMetrics", request)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(log, range(40)))
        for service in services:
            asked = metrics.GetMetricHistoryRequest(artifact_id=node_id, name="loss")
            found: Any = service.call("GetMetricHistory", asked)
            assert list(found.series.steps) == list(range(40))


def test_promotions_at_every_node_leave_one_holder_and_an_entry_each() -> None:
    with galera() as cluster, ExitStack() as opened:
        services = [opened.enter_context(open_service(cluster.url(node))) for node in cluster.nodes]
        ids = versions(services[0], 10)
        stores = [LifecycleStore.from_transport(LocalTransport(service)) for service in services]  # they send again
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(lambda n: stores[n % 3].put_alias(ids[n % 10], "production"), range(PROMOTIONS)))
        [holder] = named(services[1]).values()
        for service in services:
            assert aliases_of(service, ids) == {holder: "production"}
            entries = audit_entries(service, rpc="PutAlias")
            assert [entry.action for entry in entries].count("promote") == PROMOTIONS


def test_steps_at_two_nodes_log_what_they_share_once() -> None:
    def train(orders: metadata.DataSet, number: int) -> metadata.Model:
        return metadata.Model(f"s3://bakery/loaves/{number}", "loaves", version=str(number))

    with galera() as cluster, ExitStack() as opened:
        stores = [opened.enter_context(metadata.Store(cluster.url(node))) for node in cluster.nodes[:2]]
        workspaces = [metadata.Workspace(store, name="bakery") for store in stores]
        steps = [metadata.step(workspace=workspace)(train) for workspace in workspaces]

        def log(number: int) -> None:
            orders = metadata.DataSet("s3://bakery/orders", "orders", version="1")
            steps[number % 2](orders, number)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(log, range(20)))
        for workspace in workspaces:
            assert [each["version"] for each in workspace.list(metadata.DataSet.ARTIFACT_TYPE_NAME)] == ["1"]
            models = workspace.list(metadata.Model.ARTIFACT_TYPE_NAME)
            assert sorted(int(each["version"]) for each in models) == list(range(20))
