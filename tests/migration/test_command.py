"""`lineal migrate`: what it prints, does and refuses."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

import lineal
from lineal.cli import main
from lineal.wire import metadata_store as pb
from tests.migration.stores import NEWEST, OldStores, ask_sql, described, rows


def run(path: Path, *flags: str) -> int:
    return main(["migrate", "--db", f"sqlite:///{path}", *flags])


def test_a_dry_run_says_what_will_happen_and_changes_nothing(
    full_stores: OldStores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = full_stores.copy(8, tmp_path / "store.db")
    before = described(path), rows(path)

    assert run(path, "--dry-run") == 0

    assert capsys.readouterr().out.splitlines() == [
        f"sqlite:///{path}: schema version 8 to 10",
        "   8 to 9  adds external ids",
        "   9 to 10 adds columns for protos and booleans to properties",
        "           removes 12 properties whose values an earlier downgrade has dropped",
        "Nothing was changed. Back up the database and stop what uses it, then run this without --dry-run.",
    ]
    assert (described(path), rows(path)) == before


def test_a_file_that_another_program_has_open_is_not_migrated(
    old_stores: OldStores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = old_stores.copy(NEWEST, tmp_path / "store.db")
    with lineal.connect(f"sqlite:///{path}") as store:
        store.put_artifact_type(pb.ArtifactType(name="Model"))

        assert run(path, "--to", "8", "--yes") == 1

        assert f"another program has {path} open" in capsys.readouterr().err
        assert store.get_artifact_type("Model").name == "Model"
    assert run(path, "--to", "8", "--yes") == 0


def test_without_a_version_it_goes_to_the_newest(
    old_stores: OldStores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = old_stores.copy(0, tmp_path / "store.db")

    assert run(path) == 0

    assert capsys.readouterr().out.endswith("Done: schema version 10.\n")
    assert ask_sql(path, "SELECT schema_version FROM MLMDEnv") == [(NEWEST,)]


def test_a_store_that_is_up_to_date_is_left_alone(
    old_stores: OldStores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = old_stores.copy(NEWEST, tmp_path / "store.db")

    assert run(path) == 0

    assert capsys.readouterr().out == f"sqlite:///{path}: schema version 10, nothing to do\n"


def test_it_waits_for_a_database_that_does_not_answer_yet(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    begin = time.monotonic()

    assert main(["migrate", "--db", f"mysql://someone@127.0.0.1:{port}/metadata", "--wait", "3"]) != 0

    assert time.monotonic() - begin >= 2
    assert "waiting: cannot reach the database" in capsys.readouterr().err


def test_a_loss_is_printed_and_refused_until_it_is_accepted(
    full_stores: OldStores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = full_stores.copy(NEWEST, tmp_path / "store.db")

    assert run(path, "--to", "8") == 1
    printed = capsys.readouterr()
    assert "           loses 12 properties of type proto or boolean\n" in printed.out
    assert "nothing was changed" in printed.err
    assert "lineal migrate --yes" in printed.err

    assert run(path, "--to", "8", "--yes") == 0
    assert ask_sql(path, "SELECT schema_version FROM MLMDEnv") == [(8,)]


def test_a_dry_run_of_a_loss_names_the_flag(
    full_stores: OldStores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = full_stores.copy(NEWEST, tmp_path / "store.db")

    assert run(path, "--to", "0", "--dry-run") == 0

    assert capsys.readouterr().out.splitlines()[-1].endswith("It loses data: add --yes.")


def test_an_unknown_version_is_an_error(
    old_stores: OldStores, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(old_stores.copy(NEWEST, tmp_path / "store.db"), "--to", "11") == 1

    assert "no way to schema version 11; this Lineal knows the versions 0 to 10" in capsys.readouterr().err


def test_a_database_has_to_be_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINEAL_URL", raising=False)

    with pytest.raises(SystemExit) as ended:
        main(["migrate"])

    assert ended.value.code == 2
    assert "give --db URL or set LINEAL_URL" in capsys.readouterr().err
