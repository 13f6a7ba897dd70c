"""Writes while they are marked for an outbox of OpenLineage, beside the same writes into a store without one.

Both stores are embedded, and take turns. The table shows the medians of the ratios of two turns that follow each other:
how many times as long a write takes with the outbox. Servers keep no promise of durability here, so that the share of
the outbox is the largest that it can be.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineal.server.openlineage.outbox import switch_on
from lineal.service import MetadataService
from lineal.store.schema import on_demand
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import metrics
from lineal.wire import service as rpc
from tests.engines import MARIADB, POSTGRESQL, SQLITE

PROMISED = 1.1
_PROPERTIES = {f"p{index}": pb.Value(string_value="value") for index in range(5)}
Write = Callable[[MetadataService, rpc.PutTypesResponse, int], object]


@dataclass(frozen=True)
class Ratio:
    """How many times as long a write takes with the outbox, and what it takes without, in seconds."""

    engine: str
    name: str
    ratio: float
    without: float

    def as_json(self) -> dict[str, Any]:
        """Return the figures by name."""
        return {**self.__dict__, "promised": PROMISED}


def _put_execution(service: MetadataService, types: rpc.PutTypesResponse, number: int) -> object:
    pairs = [
        rpc.PutExecutionRequest.ArtifactAndEvent(
            artifact=_artifact(types, number, index),
            event=pb.Event(type=pb.Event.INPUT if index % 2 else pb.Event.OUTPUT),
        )
        for index in range(4)
    ]
    request = rpc.PutExecutionRequest(
        execution=pb.Execution(type_id=types.execution_type_ids[0], custom_properties=_PROPERTIES),
        artifact_event_pairs=pairs,
        contexts=[pb.Context(type_id=types.context_type_ids[0], name="all")],
    )
    request.options.reuse_context_if_already_exist = True
    return service.call("PutExecution", request)


def _put_artifact(service: MetadataService, types: rpc.PutTypesResponse, number: int) -> object:
    return service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[_artifact(types, number, 0)]))


def _put_artifacts(service: MetadataService, types: rpc.PutTypesResponse, number: int) -> object:
    nodes = [_artifact(types, number, index) for index in range(100)]
    return service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=nodes))


def _log_metric(service: MetadataService, _: rpc.PutTypesResponse, number: int) -> object:
    series = metrics.MetricSeries(name="loss", steps=[number], times=[number], values=[0.5])
    return service.call("LogMetrics", metrics.LogMetricsRequest(execution_id=1, series=[series]))


def _artifact(types: rpc.PutTypesResponse, number: int, index: int) -> pb.Artifact:
    uri = f"s3://b/{number}/{index}"
    return pb.Artifact(type_id=types.artifact_type_ids[0], uri=uri, custom_properties=_PROPERTIES)


WORKLOADS: dict[str, tuple[Write, int]] = {
    "an execution with four artifacts": (_put_execution, 40),
    "an artifact": (_put_artifact, 60),
    "100 artifacts": (_put_artifacts, 6),
    "a point of a metric": (_log_metric, 60),
}
"""The writes, and how many are a turn."""


def measure(rounds: int, only: str) -> list[Ratio]:
    """Measure on each engine."""
    found = []
    with ExitStack() as stack:
        for engine in (SQLITE, MARIADB, POSTGRESQL):
            sides = []
            for has_outbox in (False, True):
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                url = stack.enter_context(engine.empty_url(stack, folder))
                sides.append(_opened(stack, url, has_outbox=has_outbox))
            for name, (write, times) in WORKLOADS.items():
                if only in name:
                    found.append(_compared(engine.name, name, write, times, sides, rounds))
    return found


def _opened(stack: ExitStack, url: str, *, has_outbox: bool) -> tuple[MetadataService, rpc.PutTypesResponse]:
    service = stack.enter_context(open_service(url))
    on_demand.prepare(service.database)
    if has_outbox:
        switch_on(service)
    request = rpc.PutTypesRequest(
        artifact_types=[pb.ArtifactType(name="table")],
        execution_types=[pb.ExecutionType(name="job")],
        context_types=[pb.ContextType(name="group")],
    )
    types = service.call("PutTypes", request)
    _put_execution(service, types, 0)
    return service, types


def _compared(
    engine: str,
    name: str,
    write: Write,
    times: int,
    sides: list[tuple[MetadataService, rpc.PutTypesResponse]],
    rounds: int,
) -> Ratio:
    number, ratios, without = 1, [], []
    for turn in range(-1, 2 * rounds):  # the first turn warms up
        took = {}
        for place in (0, 1) if turn % 2 else (1, 0):
            began = time.perf_counter()
            for _ in range(times):
                number += 1
                write(*sides[place], number)
            took[place] = (time.perf_counter() - began) / times
        if turn >= 0:
            ratios.append(took[1] / took[0])
            without.append(took[0])
    return Ratio(engine, name, statistics.median(ratios), statistics.median(without))


def print_table(found: list[Ratio]) -> None:
    """Print the ratios."""
    print(f"\nwrites with an outbox of OpenLineage; promised: at most {PROMISED:g} times as long")
    for each in found:
        print(f"{each.engine:12}{each.name:34}{each.without * 1e3:8.2f} ms without  {each.ratio:6.2f} times")
