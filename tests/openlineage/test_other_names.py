"""Data sets with several names: one artifact, whether the event that says so comes first or last."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import permutations
from typing import Any

import pytest

from lineal import errors
from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import metrics, records
from lineal.wire import service as rpc
from tests.engines import SERVERS
from tests.openlineage.graphs import differences, graph_of
from tests.openlineage.receiving import graph_after, send, store
from tests.openlineage.shop import data_set, event, facets

pytestmark = pytest.mark.slow

TABLE, FILES = ("hive://meta:9083", "shop.orders"), ("s3://lake", "orders")
RUNS = [f"0190a3a4-0000-7000-8000-{number:012}" for number in (1, 2, 3)]
SYMLINK = facets(
    symlinks={"identifiers": [{"namespace": TABLE[0], "name": TABLE[1], "type": "TABLE"}]},
    documentation={"description": "Files of orders"},
)
SCHEMA = facets(schema={"fields": [{"name": "id", "type": "int"}]})
ROWS = facets(outputStatistics={"rowCount": 7})
WRITES = event("load", RUNS[0], "2026-11-29T01:00:00Z", outputs=[data_set(TABLE, SCHEMA, outputFacets=ROWS)], inputs=[])
TELLS = event("copy", RUNS[1], "2026-11-29T02:00:00Z", inputs=[data_set(FILES, SYMLINK)])
READS = event("report", RUNS[2], "2026-11-29T03:00:00Z", inputs=[data_set(TABLE), data_set(("s3://lake", "other"))])
EVENTS = [WRITES, TELLS, READS]


def artifacts(service: MetadataService) -> list[Any]:
    found: Any = service.call("GetArtifacts", rpc.GetArtifactsRequest())
    return list(found.artifacts)


def test_every_order_of_events_gives_the_same_graph() -> None:
    first = graph_after(EVENTS)

    for order in permutations(EVENTS):
        assert differences(first, graph_after([*order, *order])) == ""


def naming(own: tuple[str, str], *others: tuple[str, str]) -> Any:
    """What an event reads that says which other names it has."""
    said = [{"namespace": space, "name": name, "type": "TABLE"} for space, name in others]
    return data_set(own, facets(symlinks={"identifiers": said}) if said else None)


A, B, C = ("s3://lake", "a"), ("s3://lake", "b"), TABLE
ROUNDS = {
    "each other": [naming(A, B), naming(B, A), naming(A), naming(B)],
    "the same third": [naming(A, C), naming(B, C), naming(C)],
    "one after the other": [naming(B, A), naming(C, B), naming(A)],
}


@pytest.mark.parametrize("read", ROUNDS.values(), ids=ROUNDS)
def test_data_sets_that_name_each_other_have_one_name_in_every_order(read: list[Any]) -> None:
    events = [
        event("read", f"0190a3a4-0000-7000-8000-{number:012}", f"2026-11-29T0{number}:00:00Z", inputs=[each])
        for number, each in enumerate(read)
    ]
    first = graph_after(events)

    assert len([name for name in first["nodes"] if "dataset" in str(name)]) == 1
    for order in permutations(events):
        assert differences(first, graph_after([*order, *order])) == ""


def test_the_other_name_brings_its_edges_and_facets() -> None:
    with store() as service:
        for each in (WRITES, READS, TELLS):
            send(service, each)
        [files] = [each for each in artifacts(service) if each.uri == "s3://lake/orders"]
        found: Any = service.call("GetEventsByArtifactIDs", rpc.GetEventsByArtifactIDsRequest(artifact_ids=[files.id]))

        assert len(artifacts(service)) == 2
    assert (files.custom_properties["columns"].int_value, len(found.events)) == (1, 3)
    assert files.properties["description"].string_value == "Files of orders"


def test_an_alias_of_the_other_artifact_stays() -> None:
    with store() as service:
        send(service, WRITES)
        [table] = artifacts(service)
        service.call("PutAlias", records.PutAliasRequest(artifact_id=table.id, alias="gold"))
        send(service, TELLS)
        [files] = artifacts(service)

        assert files.id != table.id
        found: Any = service.call("GetAliases", records.GetAliasesRequest(artifact_ids=[files.id]))
        assert [each.alias for each in found.aliases] == ["gold"]


def test_points_of_metrics_of_the_other_artifact_stay() -> None:
    with store() as service:
        send(service, WRITES)
        [table] = artifacts(service)
        series = metrics.MetricSeries(name="rows", steps=[1, 2], times=[5, 6], values=[3.0, math.inf])
        service.call("LogMetrics", metrics.LogMetricsRequest(artifact_id=table.id, series=[series]))
        send(service, TELLS)
        [files] = artifacts(service)

        found: Any = service.call(
            "GetMetricHistory", metrics.GetMetricHistoryRequest(artifact_id=files.id, name="rows")
        )
        assert files.id != table.id
        assert (list(found.series.steps), list(found.series.values)) == ([1, 2], [3.0, math.inf])


def test_an_alias_stays_when_the_artifact_gets_another_name() -> None:
    told = [naming(B, A), naming(A, B)]
    events = [event("read", RUNS[at], f"2026-11-29T0{at}:00:00Z", inputs=[each]) for at, each in enumerate(told)]
    with store() as service:
        send(service, events[0])
        [first] = artifacts(service)
        service.call("PutAlias", records.PutAliasRequest(artifact_id=first.id, alias="gold"))
        send(service, events[1])
        [now] = artifacts(service)

        assert (now.id, first.uri, now.uri) == (first.id, "s3://lake/b", "s3://lake/a")
        found: Any = service.call("GetAliases", records.GetAliasesRequest(artifact_ids=[now.id]))
        assert [each.alias for each in found.aliases] == ["gold"]


def test_what_is_in_another_workspace_or_was_made_by_another_program_stays() -> None:
    with store() as service:
        send(service, WRITES, workspace="elsewhere")
        [far] = artifacts(service)
        made: Any = service.call(
            "PutArtifactType", rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="Mine"))
        )
        mine = pb.Artifact(type_id=made.type_id, uri="hive://meta/shop.orders")
        mine.custom_properties["__kf_workspace__"].string_value = "default"
        put: Any = service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[mine]))
        send(service, TELLS)

        assert {far.id, *put.artifact_ids} < {each.id for each in artifacts(service)}


@pytest.mark.parametrize("engine", SERVERS, indirect=True)
def test_a_database_server_merges_alike(database_url: str) -> None:
    with store(database_url) as service:
        for each in (WRITES, READS, TELLS, WRITES):
            send(service, each)

        assert differences(graph_after(EVENTS), graph_of(service)) == ""


@pytest.mark.parametrize("engine", SERVERS, indirect=True)
def test_no_edge_is_lost_while_data_sets_are_merged(database_url: str) -> None:
    def read(number: int, told: Any) -> None:
        run = f"0190a3a4-0000-7000-8000-{number:012}"
        for _ in range(20):
            with suppress(errors.AbortedError, errors.DeadlineExceededError, errors.UnavailableError):
                send(service, event("read", run, "2026-11-29T01:00:00Z", inputs=[told]))
                return
        raise AssertionError(f"event {number} was refused again and again")

    with store(database_url) as service, ThreadPoolExecutor(12) as pool:
        for number in range(0, 100, 10):
            first, second = ("s3://lake", f"a{number}"), ("s3://lake", f"b{number}")
            told = [naming(second), naming(first, second), *[naming(second)] * 7]
            for done in [pool.submit(read, number + index, each) for index, each in enumerate(told)]:
                done.result()
        ids = [each.id for each in artifacts(service)]
        found: Any = service.call("GetEventsByArtifactIDs", rpc.GetEventsByArtifactIDsRequest(artifact_ids=ids))

    assert (len(ids), len(found.events)) == (10, 90)
