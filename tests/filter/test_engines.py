"""The servers find what SQLite finds: every canonical query, deep and wide ones, and generated ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineal.config import DatabaseSettings
from lineal.store.engine.database import Database
from lineal.store.engine.session import Session
from lineal.store.engine.statement import Statement
from lineal.upkeep.opening import open_service
from tests.engines import SERVERS, Engine
from tests.filter.queries import queries
from tests.filter.shelf import KIND, T, found, rows, statement
from tests.filter.test_cases import cases
from tests.filter.test_limits import DEEP

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=SERVERS)
def database(
    request: pytest.FixtureRequest, servers: ExitStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Fill a store on each engine that has a server with what the shelf holds."""
    engine: Engine = request.param
    folder: Path = tmp_path_factory.mktemp("filter")
    with engine.empty_url(servers, folder) as url:
        open_service(url).close()
        database = Database(DatabaseSettings(url))
        database.write(fill)
        yield database
        database.close()


def fill(session: Session) -> None:
    session.change(Statement(sa.delete(T["Type"])), {})
    for table, content in rows().items():
        for row in content:
            session.change(Statement(sa.insert(T[table]).values(**row)), {})


def found_in(database: Database, query: str, kind: str) -> list[int]:
    return sorted(
        node_id for (node_id,) in database.read(lambda session: session.rows(Statement(statement(query, kind))))
    )


def test_every_canonical_query_finds_the_same(database: Database, shelf: sa.Engine) -> None:
    corpus = [(kind, query) for kind, query, _ in cases("->")]
    differing = [each for each in corpus if found_in(database, each[1], each[0]) != found(shelf, each[1], each[0])]
    assert not differing


LIKES = [r"name LIKE 'mODEL'", r"name LIKE 'mÜnch%'", r"name LIKE 'M_nch%'", r"name LIKE r'%\%'", "name LIKE '%|%'"]
LIKES += [r"properties.owner.string_value LIKE r'%\%'", "LENGTH(name) = 10", "LOWER(name) = 'münch_100%'", "name < 'a'"]
LIKES += ["name = 'MODEL'", "name = 'model '", "name = 'Munch_100%'", "UPPER(name) = 'MüNCH_100%'", "name > 'Mz'"]


@pytest.mark.parametrize("query", LIKES)
def test_texts_are_compared_the_same(database: Database, shelf: sa.Engine, query: str) -> None:
    assert found_in(database, query, "artifact") == found(shelf, query)


@pytest.mark.parametrize(
    "query",
    [
        *DEEP,
        " OR ".join(f"id != {number}" for number in range(2000)),
        " AND ".join(f"properties.p{number}.int_value > 0" for number in range(58)),
        " AND ".join(f"contexts_{number}.id > 0" for number in range(29)),
        " OR ".join(f"contexts_{number}.id > 0" for number in range(29)),
    ],
    ids=range(len(DEEP) + 4),
)
def test_deep_and_wide_queries_run(database: Database, shelf: sa.Engine, query: str) -> None:
    assert found_in(database, query, "artifact") == found(shelf, query)


@pytest.mark.parametrize("kind", KIND)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_generated_queries_find_the_same(database: Database, shelf: sa.Engine, kind: str, data: st.DataObject) -> None:
    query = data.draw(queries(kind))
    assert found_in(database, query, kind) == found(shelf, query, kind)
