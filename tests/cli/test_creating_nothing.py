"""Commands that read create nothing: no file, no database, no table; what is not there is an error."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

import lineal
from lineal.cli import main
from lineal.config import DatabaseSettings
from lineal.store.engine.database import Database
from tests.cli.test_mistakes import AS_USER, Refusal, only_line, refusal  # noqa: F401 a fixture

READING = (
    ["ls", "artifacts"],
    ["ls", "artifacts", "-q", "x"],
    ["ls", "runs"],
    ["get", "artifact", "1"],
    ["lineage", "1"],
    ["metrics", "1"],
    ["token", "list"],
    ["audit"],
    ["backup", "monday.zip"],
    ["delete", "artifact:1"],
    ["token", "revoke", "abc"],
)


def run_as_user(*words: str) -> subprocess.CompletedProcess[str]:
    command = [*AS_USER, sys.executable, "-m", "lineal", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_database_that_does_not_exist_is_not_created(refusal: Refusal, fresh_database_url: str) -> None:  # noqa: F811
    for _ in range(2):
        line = refusal("ls", "artifacts", "--db", fresh_database_url)
        assert "check the name in the URL (--db)" in line
        assert "create_database" not in line
        assert "mode=rwc" not in line


def test_a_database_without_a_store_stays_empty(refusal: Refusal, fresh_database_url: str) -> None:  # noqa: F811
    before = tables(fresh_database_url)
    for words in READING:
        assert "`lineal serve` or a first write creates it" in refusal(*words, "--db", fresh_database_url)
    assert tables(fresh_database_url) == before


def tables(url: str) -> list[str]:
    with closing(Database(DatabaseSettings(url))) as database:
        return database.read(lambda session: session.dialect.table_names(session.script))


@pytest.mark.parametrize("words", READING)
def test_an_empty_file_stays_empty(refusal: Refusal, tmp_path: Path, words: list[str]) -> None:  # noqa: F811
    path = tmp_path / "empty.db"
    path.touch()
    assert f"{path} is empty and holds no metadata store" in refusal(*words, "--db", f"sqlite:///{path}")
    assert path.stat().st_size == 0
    assert [each.name for each in tmp_path.iterdir()] == ["empty.db"]


def test_tokens_of_a_store_without_any_are_none(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "list", "--db", store_url, "--json"]) == 0
    assert capsys.readouterr().out == "[]\n"


@pytest.mark.parametrize("query", ["", "?mode=ro"])
def test_a_store_in_a_directory_without_write_permission_can_be_read(tmp_path: Path, query: str) -> None:
    path = tmp_path / "shelf" / "store.db"
    path.parent.mkdir()
    lineal.connect(f"sqlite:///{path}").close()
    path.parent.chmod(0o500)
    ran = run_as_user("ls", "types", "--db", f"sqlite:///{path}{query}")
    assert (ran.stderr, ran.returncode) == ("", 0)
    assert ran.stdout.startswith("ID")


def test_a_directory_that_must_be_writable_is_named(tmp_path: Path) -> None:
    path = tmp_path / "shelf" / "store.db"
    path.parent.mkdir()
    lineal.connect(f"sqlite:///{path}").close()
    path.parent.chmod(0o500)
    ran = run_as_user("delete", "artifact:1", "--db", f"sqlite:///{path}")
    line = only_line(ran.returncode, ran.stdout, ran.stderr)
    assert f"no permission to write in the directory {path.parent}" in line
    assert "mode=ro" in line
