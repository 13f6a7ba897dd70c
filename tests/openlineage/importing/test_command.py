"""The command `lineal import openlineage`: what it stores, what it prints, and its exit codes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from lineal.cli import main
from tests.openlineage.producers.graph import stored

RUN = "0198f000-0000-7000-8000-000000000001"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a store that does not exist yet."""
    return f"sqlite:///{tmp_path}/new.db"


def event(state: str, **more: Any) -> dict[str, Any]:
    return {
        "eventTime": "2026-03-02T08:00:00Z",
        "eventType": state,
        "producer": "https://example.com/kitchen",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": RUN},
        "job": {"namespace": "kitchen", "name": "bake"},
        "outputs": [{"namespace": "s3://oven", "name": "loaves"}],
        **more,
    }


def written(path: Path, *events: Any) -> str:
    path.write_text("".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in events))
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Run the command; return its exit code and what it printed."""
    code = main(["import", "openlineage", *words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_events_are_stored_once(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "e.jsonl", event("START"), event("COMPLETE"), event("START"))
    assert run(capsys, file, "--db", url) == (0, f"{file}: imported 2 events\nthere already: 1 event\n", "")
    assert run(capsys, file, "--db", url) == (0, f"{file}: nothing new\nthere already: 3 events\n", "")
    found = stored(url)
    assert (found.runs, found.edges) == ({RUN: "COMPLETE"}, {(RUN, "outputs", "s3://oven/loaves")})


def test_what_is_refused_is_named_and_the_rest_is_stored(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    nameless = event("START", job={"namespace": "kitchen"})
    file = written(tmp_path / "e.jsonl", nameless, '{"eventTime": "2026', event("START"), nameless, event("FAIL"))
    code, out, err = run(capsys, file, "--db", url)
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == f"{file}: imported 2 events"
    assert f"failed: {file}:1; {file}:4: /job/name is missing; the specification asks for it" in lines
    assert any(line.startswith(f"failed: {file}:2: the event is not JSON") for line in lines)
    assert "3 things could not be imported" in err
    assert stored(url).runs == {RUN: "FAILED"}


def test_a_dry_run_finds_the_same_and_creates_nothing(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    of_another_kind = event("START", schemaURL="https://example.com/spec.json#/$defs/CostEvent")
    file = written(tmp_path / "e.jsonl", event("START"), event("START", run={}), of_another_kind)
    checked, imported = (json.loads(run(capsys, file, "--db", url, "--json", *more)[1]) for more in (["--dry-run"], []))
    assert (checked.pop("done"), imported.pop("done")) == ("counted", "imported")
    assert checked == imported
    assert imported["left_out"][0]["what"] == "events of a kind that is not stored"
    new = f"sqlite:///{tmp_path}/other.db"
    assert run(capsys, file, "--db", new, "--dry-run")[0] == 1
    assert not (tmp_path / "other.db").exists()


def test_lists_folders_compressed_files_and_the_input_are_read(
    tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "events").mkdir()
    written(tmp_path / "events" / "batch.json", json.dumps({"events": [event("START"), event("RUNNING")]}, indent=1))
    (tmp_path / "events" / "more.json.gz").write_bytes(gzip.compress(json.dumps([event("COMPLETE")]).encode()))
    assert run(capsys, str(tmp_path / "events"), "--db", url)[1] == "the files: imported 3 events\n"
    written(tmp_path / "input", event("OTHER"))
    with (tmp_path / "input").open() as file:
        monkeypatch.setattr("lineal.openlineage.event_files._INPUT", file.fileno())
        assert run(capsys, "-", "--db", url)[1] == "standard input: imported 1 event\n"


def test_rules_choose_the_workspace(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    other = event("START", job={"namespace": "shop", "name": "sell"}, run={"runId": RUN[:-1] + "2"})
    file = written(tmp_path / "e.jsonl", event("START"), other)
    assert run(capsys, file, "--db", url, "--workspace", "kit.*=bakery", "--workspace", "{namespace}")[0] == 0
    assert main(["ls", "workspaces", "--db", url, "--json"]) == 0
    assert {each["name"] for each in json.loads(capsys.readouterr().out)} >= {"bakery", "shop"}


def test_a_damaged_file_costs_no_other(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    damaged = tmp_path / "a.gz"
    damaged.write_bytes(gzip.compress(json.dumps(event("START")).encode())[:-9])
    file = written(tmp_path / "b.jsonl", event("COMPLETE"))
    code, out, _ = run(capsys, str(damaged), file, "--db", url)
    assert (code, f"failed: {damaged}: the file cannot be read to its end" in out) == (1, True)
    assert stored(url).runs == {RUN: "COMPLETE"}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "the following arguments are required: FILE"),
        (["gone.json"], 1, "there is no file 'gone.json'"),
        (["gone.json", "--workspace", "(=x"], 2, "which is no REGEX=NAME"),
    ],
)
def test_wrong_words_are_named(
    words: list[str], code: int, said: str, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        ended: Any = main(["import", "openlineage", *words, *(["--db", url] if words else [])])
    except SystemExit as end:
        ended = end.code
    assert (ended, said in capsys.readouterr().err) == (code, True)


def test_the_audit_log_has_an_entry_with_counts(tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "e.jsonl", event("START"))
    run(capsys, file, "--db", url)
    assert main(["audit", "--db", url, "--rpc", "import", "--json"]) == 0
    [entry] = [each for each in json.loads(capsys.readouterr().out) if each["action"] == "import"]
    assert (entry["new"]["events"], entry["new"]["source"]) == (1, file)
