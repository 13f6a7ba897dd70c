"""The planner's statistics are there as soon as a store has grown, and not when the engine finds the time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lineal.service import MetadataService
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import POSTGRESQL, SQLITE
from tests.service.requests import artifact, put_artifact_type, put_artifacts

# How many rows the planner takes the artifacts for; where it never looked, PostgreSQL says -1, and SQLite has no row.
_KNOWN = {
    "sqlite": "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'Artifact'",
    "postgresql": "SELECT CAST(reltuples AS INTEGER) FROM pg_class WHERE relname = 'artifact'",
}


@pytest.fixture
def service(fresh_database_url: str) -> Iterator[MetadataService]:
    """A service on a database that nobody has looked at yet."""
    with open_service(fresh_database_url) as opened:
        yield opened


def known_rows(service: MetadataService) -> int:
    sql = _KNOWN[service.database.dialect.name]
    return int(service.database.read(lambda session: session.script(sql))[0][0])


@pytest.mark.parametrize("engine", [SQLITE, POSTGRESQL], ids=lambda engine: engine.name)  # MySQL counts by itself
def test_the_planner_knows_of_rows_that_were_written_a_moment_ago(service: MetadataService) -> None:
    type_id = put_artifact_type(service)
    put_artifacts(service, *[artifact(type_id) for _ in range(1500)])
    assert known_rows(service) >= 1000


@pytest.mark.parametrize("engine", [SQLITE], ids=lambda engine: engine.name)
def test_a_value_is_taken_to_select_less_than_a_range_of_values(service: MetadataService) -> None:
    type_id = put_artifact_type(service)
    nodes = [artifact(type_id) for _ in range(10_000)]
    for number, node in enumerate(nodes):
        node.custom_properties["rank"].int_value = number % 33
        node.custom_properties["score"].double_value = number / 10_000
    put_artifacts(service, *nodes)
    listed = "custom_properties.score.double_value > 0.5 AND custom_properties.rank.int_value = 7"
    assert "idx_artifact_property_int" in plan_of_list(service, listed)


def plan_of_list(service: MetadataService, filter_query: str) -> str:
    """Return how the database finds what a filter selects."""
    statements: list[str] = []
    service.database.observe = statements.append
    options = pb.ListOperationOptions(max_result_size=2, filter_query=filter_query)
    service.call("GetArtifacts", rpc.GetArtifactsRequest(options=options))
    sql = next(sql for sql in statements if "WHERE" in sql)
    explained = service.database.read(lambda session: session.script(f"EXPLAIN QUERY PLAN {sql}", [1] * sql.count("?")))
    return "\n".join(str(row) for row in explained)
