"""The planner's statistics are there as soon as a store has grown, and not when the engine finds the time."""

from __future__ import annotations

import pytest

from lineal.service import MetadataService
from tests.engines import POSTGRESQL, SQLITE
from tests.service.requests import artifact, put_artifact_type, put_artifacts

# How many rows the planner takes the artifacts for; where it never looked, PostgreSQL says -1, and SQLite has no row.
_KNOWN = {
    "sqlite": "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'Artifact'",
    "postgresql": "SELECT CAST(reltuples AS INTEGER) FROM pg_class WHERE relname = 'artifact'",
}


def known_rows(service: MetadataService) -> int:
    sql = _KNOWN[service.database.dialect.name]
    return int(service.database.read(lambda session: session.script(sql))[0][0])


@pytest.mark.parametrize("engine", [SQLITE, POSTGRESQL], ids=lambda engine: engine.name)  # MySQL counts by itself
def test_the_planner_knows_of_rows_that_were_written_a_moment_ago(service: MetadataService) -> None:
    type_id = put_artifact_type(service)
    put_artifacts(service, *[artifact(type_id) for _ in range(1500)])
    assert known_rows(service) >= 1000
