"""Tables of another program under the names of ML Metadata's are named as such, and nothing is written."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from lineal import errors
from lineal.cli import main
from lineal.config import DatabaseSettings
from lineal.store.engine.database import Database
from lineal.upkeep.doctor import examine
from lineal.upkeep.migration import migrate
from lineal.upkeep.opening import open_service
from tests import engines

OPENERS = (
    lambda url: open_service(url),
    lambda url: open_service(DatabaseSettings(url, upgrade=True)),
    lambda url: migrate(DatabaseSettings(url)),
    lambda url: examine(DatabaseSettings(url)),
)


def tables(url: str) -> list[str]:
    with closing(Database(DatabaseSettings(url))) as database:
        return sorted(database.read(lambda session: session.dialect.table_names(session.script)))


def refused_by_all(url: str, match: str) -> None:
    """Open a database in every way; nothing is written."""
    before = tables(url)
    for opens in OPENERS:
        with pytest.raises(errors.FailedPreconditionError, match=f"another program, such as .*{match}"):
            opens(url)
    assert tables(url) == before


def test_a_table_with_other_columns_is_named_with_the_first_that_it_lacks(fresh_database_url: str) -> None:
    engines.run_sql(fresh_database_url, "CREATE TABLE TypeProperty (label INT)")

    refused_by_all(fresh_database_url, r"the table \w+ lacks the column data_type,")


@pytest.fixture(params=[engines.POSTGRESQL, engines.SQLITE], ids=lambda engine: engine.name)
def registry_url(request: pytest.FixtureRequest, servers: ExitStack, tmp_path: Path) -> str:
    """A database with a table as Kubeflow Model Registry makes it, on the engines on which it differs."""
    url: str = request.param.fresh_url(servers, tmp_path)
    columns = "id INTEGER PRIMARY KEY, type_id INTEGER NOT NULL, uri TEXT, name VARCHAR(255)"
    engines.run_sql(url, f'CREATE TABLE "Artifact" ({columns})')
    engines.run_sql(url, 'CREATE TABLE "MLMDEnv" (schema_version INTEGER PRIMARY KEY)')
    engines.run_sql(url, 'INSERT INTO "MLMDEnv" VALUES (10)')
    return url


def test_tables_of_model_registry_are_named_as_foreign(registry_url: str) -> None:
    refused_by_all(registry_url, r'the table "?Artifact"? (is spelled with capitals|numbers its rows without AUTOINC)')


def test_the_command_line_says_so_in_one_line(registry_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["ls", "artifacts"], ["doctor"], ["migrate"]):
        assert main([*words, "--db", registry_url]) == 1
        said = capsys.readouterr().err
        assert "holds tables of another program" in said
        assert "SQLSTATE" not in said
