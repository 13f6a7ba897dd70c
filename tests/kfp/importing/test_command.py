"""The command `lineal import kfp`: what it prints, what it changes, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lineal.cli import main
from tests.kfp.importing.kfp_database import KfpDatabase


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a store that does not exist yet."""
    return f"sqlite:///{tmp_path}/new.db"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it printed."""
    code = main(["import", "kfp", *words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_it_says_what_was_imported_and_what_was_not(
    kfp: KfpDatabase, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, kfp.url, "--db", url)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        f"{kfp.url}: imported 1 pipeline, 2 runs, 12 tasks, 6 artifacts, 14 links",
        "there already: 1 artifact",
        "not imported: 1 metadata without a value (a-data: nothing)",
    ]
    assert run(capsys, kfp.url, "--db", url)[1].splitlines()[:2] == [
        f"{kfp.url}: nothing new",
        "there already: 2 runs, 12 tasks, 7 artifacts, 14 links",
    ]


def test_a_dry_run_counts_the_same_and_creates_nothing(
    kfp: KfpDatabase, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counted = json.loads(run(capsys, kfp.url, "--db", url, "--dry-run", "--json")[1])
    assert not (tmp_path / "new.db").exists()
    imported = json.loads(run(capsys, kfp.url, "--db", url, "--json")[1])
    assert (counted.pop("done"), imported.pop("done")) == ("counted", "imported")
    assert counted == imported
    assert json.loads(run(capsys, kfp.url, "--db", url, "--dry-run", "--json")[1])["new"] == {}


def test_namespaces_can_be_chosen(kfp: KfpDatabase, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, kfp.url, "--db", url, "--namespace", "team-b", "--namespace", "team-c")[1]
    assert out.splitlines() == [f"{kfp.url}: nothing new", "not imported: 2 runs in other namespaces"]


def test_a_path_of_a_file_is_a_source(
    kfp: KfpDatabase, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "2 runs" in run(capsys, str(tmp_path / "mlpipeline.db"), "--db", url)[1]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nowhere.db", "is nothing that runs of Kubeflow Pipelines can be read from"),
        ("ftp://ann:secret@h/x", "is nothing that runs of Kubeflow Pipelines can be read from"),
        ("sqlite:///nowhere.db", "name the SQLite file of Kubeflow Pipelines"),
        ("sqlite://", "a database in memory has nothing to import"),
    ],
)
def test_a_wrong_source_is_named(place: str, said: str, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, place, "--db", url)
    assert code != 0
    assert said in err
    assert "secret" not in err


def test_the_lineage_of_an_imported_artifact_names_the_tasks(
    kfp: KfpDatabase, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, kfp.url, "--db", url)
    main(["lineage", "3", "--up", "--db", url])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "artifact 3  system.Dataset  training_set"
    assert lines[2] == "  ├─ execution 5  system.ContainerExecution  prepare  (OUTPUT)"
