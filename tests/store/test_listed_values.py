"""Lists of numbers in statements of SQLite: how they get there, and what SQLite makes of long ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from lineal.kinds import ARTIFACT
from lineal.service import MetadataService
from lineal.store.engine.session import Session
from lineal.store.rows.properties import values_of
from lineal.upkeep.opening import open_service
from tests.service.requests import artifact, put_artifact_type, put_artifacts


class Filled(NamedTuple):
    service: MetadataService
    ids: list[int]


@pytest.fixture(scope="module")
def filled() -> Iterator[Filled]:
    """Return a store of artifacts with a property each, of which SQLite knows how many there are."""
    with open_service("sqlite://") as service:
        type_id = put_artifact_type(service)
        ids = put_artifacts(service, *[_with_note(type_id) for _ in range(3000)])
        service.database.write(lambda session: session.script("ANALYZE"))
        yield Filled(service, list(ids))


def _with_note(type_id: int) -> Any:
    made = artifact(type_id)
    made.custom_properties["note"].string_value = "x"
    return made


def test_each_of_many_numbers_is_found_once(filled: Filled) -> None:
    wanted = filled.ids[:20]
    found = filled.service.database.read(lambda session: values_of(session, ARTIFACT, [*wanted, *wanted, 10**12]))
    assert sorted(row[0] for row in found) == wanted


@pytest.mark.parametrize("wanted", [17, 300, 1025, 2999])
def test_no_number_of_ids_makes_sqlite_read_the_whole_table(filled: Filled, wanted: int) -> None:
    database = filled.service.database
    texts: list[str] = []
    database.observe = texts.append
    database.read(lambda session: values_of(session, ARTIFACT, filled.ids[:wanted]))
    database.observe = None
    assert "SCAN ArtifactProperty" not in database.read(lambda session: _plan(session, texts[-1]))


def _plan(session: Session, sql: str) -> str:
    return "\n".join(row[3] for row in session.script(f"EXPLAIN QUERY PLAN {sql}", ["1"] * sql.count("?")))
