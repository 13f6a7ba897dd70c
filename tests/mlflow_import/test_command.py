"""The command `lineal import mlflow`: what it prints, what it changes, and its exit codes."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lineal.cli import main
from lineal.upkeep.opening import open_service
from tests.mlflow_import.conftest import Store
from tests.mlflow_import.mlflow_database import MlflowDatabase

RUN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a store that does not exist yet."""
    return f"sqlite:///{tmp_path}/new.db"


@pytest.fixture
def filled(mlflow: MlflowDatabase) -> MlflowDatabase:
    """A source with a run and a trace."""
    mlflow.run_row(RUN, params={"p": "1", "k" * 250: "2"}, metrics={"m": [1.0, 2.0]})
    mlflow.add("trace_info", {"request_id": "tr", "experiment_id": 1})
    return mlflow


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it printed."""
    code = main(["import", "mlflow", *words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_it_says_what_was_imported_and_what_was_not(
    filled: MlflowDatabase, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, filled.url, "--db", url)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{filled.url}: imported 1 experiment, 1 run, 1 parameter, 2 metric points",
        f"not imported: 1 parameter whose keys have more than 249 characters ({RUN}: {'k' * 60}...)",
        "not imported: 1 trace",
    ]
    assert run(capsys, filled.url, "--db", url)[1].splitlines()[:2] == [
        f"{filled.url}: nothing new",
        "there already: 1 experiment, 1 run",
    ]


def test_a_dry_run_counts_the_same_and_creates_nothing(
    filled: MlflowDatabase, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counted = json.loads(run(capsys, filled.url, "--db", url, "--dry-run", "--json")[1])
    assert not (tmp_path / "new.db").exists()
    imported = json.loads(run(capsys, filled.url, "--db", url, "--json")[1])
    assert (counted.pop("done"), imported.pop("done")) == ("counted", "imported")
    assert counted == imported
    again = json.loads(run(capsys, filled.url, "--db", url, "--dry-run", "--json")[1])
    assert (again["new"], again["known"]) == ({}, {"experiments": 1, "runs": 1})


def test_a_dry_run_of_a_store_that_is_there_writes_nothing(
    filled: MlflowDatabase, store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, filled.url, "--db", store.url, "--dry-run")
    assert (code, "would import 1 experiment, 1 run" in out) == (0, True)
    assert "experiments" not in store.ask("experiments/search", max_results=10, filter="name = 'first'")


def test_what_failed_is_named_and_the_code_is_1(
    filled: MlflowDatabase, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    filled.add("registered_models", {"name": "a/b"})
    code, out, err = run(capsys, filled.url, "--db", url)
    assert code == 1
    assert "failed: registered model a/b: the name 'a/b' of a registered model has '/' or ':'" in out
    assert err == (
        "lineal: 1 thing could not be imported, as said above, and the rest is there; cure the reason and run the "
        "command again\n"
    )


def test_files_are_copied_beside_a_sqlite_file(
    filled: MlflowDatabase, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a").write_text("1")
    filled.run(f"UPDATE runs SET artifact_uri = '{tmp_path}/old'")
    code, out, _ = run(capsys, filled.url, "--db", url, "--copy-artifacts")
    assert (code, "1 file, 1 byte of files" in out) == (0, True)
    assert [each.name for each in (tmp_path / "new.db.artifacts").rglob("a")] == ["a"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "the following arguments are required: SOURCE"),
        (["x.db", "--artifacts-root", "r"], "add --copy-artifacts"),
        (["x.db", "--copy-artifacts", "--db", "postgresql://h/d"], "--copy-artifacts needs --artifacts-root"),
        (["x.db", "--artifacts-from", "http://ann:secret@h:1"], "--artifacts-from holds a user"),
        (["x.db", "--server", "localhost:8080"], "unrecognized"),
    ],
)
def test_wrong_words_are_named(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = words if "--db" in words or not words else [*words, "--db", "sqlite:///new.db"]
    with pytest.raises(SystemExit) as caught:
        main(["import", "mlflow", *given])
    assert caught.value.code == 2
    printed = capsys.readouterr().err
    assert said in printed
    assert "secret" not in printed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{source}", "--workspace", "a/b"], "is no workspace for MLflow's clients"),
        (["postgresql://ann:secret@127.0.0.1:1/mlflow"], "postgresql://***@127.0.0.1:1/mlflow cannot be read"),
    ],
)
def test_errors_name_what_is_wrong_without_passwords(
    filled: MlflowDatabase, url: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, *[each.format(source=filled.url) for each in words], "--db", url)
    assert (code, out) == (1, "")
    assert said in err
    assert "secret" not in err


def test_the_audit_log_has_an_entry_with_counts(
    filled: MlflowDatabase, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(open_service(url)):
        assert main(["audit", "--db", url, "--rpc", "import", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    run(capsys, filled.url, "--db", url)
    assert main(["audit", "--db", url, "--rpc", "import", "--json"]) == 0
    found: Any = json.loads(capsys.readouterr().out)
    [entry] = [each for each in found if each["action"] == "import"]
    assert (entry["new"]["runs"], entry["new"]["metric points"], entry["new"]["source"]) == (1, 2, filled.url)
    with closing(open_service(url)) as service:
        assert Store(url, service).runs_of("first") == [RUN]


def test_old_runs_are_found_in_a_store_whose_index_is_newer(
    filled: MlflowDatabase, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    search = ["ls", "executions", "--db", url, "-q", "metric.m>=2", "--json"]
    for run_id, values in ((RUN, []), ("a" * 32, [1.0, 2.0]), ("b" * 32, [3.0])):
        if values:
            filled.run_row(run_id, start_time=1_500_000_000_000, end_time=1_500_000_000_001, metrics={"m": values})
        run(capsys, filled.url, "--db", url)
        assert main(search) == 0
        capsys.readouterr()
    filled.points("b" * 32, "m", [1.0, 1.0], first=1)
    run(capsys, filled.url, "--db", url)
    assert main(search) == 0
    found = json.loads(capsys.readouterr().out)
    assert sorted(each["properties"]["run_id"] for each in found) == sorted([RUN, "a" * 32])
