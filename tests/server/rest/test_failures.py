"""Why executions did not complete, and when they started and ended: on cards, on the record, and in searches."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lineal.wire import metadata_store as pb
from tests.server.rest.shelf import Shelf, value

FAILED, CANCELED, COMPLETE, RUNNING = (
    pb.Execution.FAILED,
    pb.Execution.CANCELED,
    pb.Execution.COMPLETE,
    pb.Execution.RUNNING,
)
TRACE = "Traceback (most recent call last):\n" + "  File 'train.py', line 1\n" * 200 + "CUDA error: device-side assert"


def put(shelf: Shelf, state: int, **custom: Any) -> str:
    fields = {name: value(each) for name, each in custom.items()}
    return str(shelf.run([], [], last_known_state=state, custom_properties=fields))


@pytest.fixture(scope="module")
def failed(kept_shelf: Shelf) -> tuple[Shelf, dict[str, str]]:
    """Executions with reasons as the SDK, the watchers, TFX and people write them, and some without."""
    shelf = kept_shelf
    result = json.dumps({"resultMessage": "the schema has no feature 'age'", "code": 3})
    ids = {
        "sdk": put(
            shelf,
            FAILED,
            failure_type="torch.cuda.OutOfMemoryError",
            failure_message="CUDA Out Of Memory. " + "x" * 400,
            failure_traceback=TRACE,
        ),
        "watcher": put(shelf, FAILED, failure_type="OOMKilled", failure_message="exit code 137"),
        "tfx": put(shelf, FAILED, __execution_result__=result),
        "trace": put(shelf, FAILED, traceback="Traceback\n  File x\nValueError: no 100%_sure way\n"),
        "stopped": put(shelf, CANCELED, failure_type="SIGTERM", failure_message="the signal SIGTERM ended the process"),
        "silent": put(shelf, FAILED),
        "again": put(shelf, COMPLETE, failure_type="ValueError", failure_message="left over from before"),
    }
    return shelf, ids


def found(shelf: Shelf, q: str) -> set[str]:
    return {row["id"] for row in shelf.get("/executions", q=q)["items"]}


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ('error:"out of memory"', "sdk"),
        ('error:"device-side assert"', "sdk"),
        ("error=OutOfMemoryError", "sdk"),
        ("error=torch.cuda.OutOfMemoryError,OOMKilled", "sdk watcher"),
        ("error=MemoryError", ""),
        ("error=outofmemoryerror", ""),
        ("error=oomkilled", ""),
        ("error:oomkilled", "watcher"),
        ('error="exit code 137"', "watcher"),
        ('error:"no feature"', "tfx"),
        ("error:100%_sure", "trace"),
        ('error:"left over"', ""),
        ("has:error", "sdk watcher tfx trace stopped"),
        ("-has:error", "silent again"),
        ("error!=OOMKilled", "sdk tfx trace stopped"),
        ("-error:memory state=failed", "watcher tfx trace silent"),
    ],
)
def test_a_search_finds_executions_by_their_failure(failed: tuple[Shelf, dict[str, str]], q: str, names: str) -> None:
    shelf, ids = failed
    assert found(shelf, q) == {ids[name] for name in names.split()}


def test_rows_say_why_an_execution_failed_and_what_they_cut(failed: tuple[Shelf, dict[str, str]]) -> None:
    shelf, ids = failed
    rows = {row["id"]: row["failure"] for row in shelf.get("/executions")["items"]}
    cut = rows[ids["sdk"]]
    assert (cut["type"], len(cut["message"]), cut["is_cut"]) == ("torch.cuda.OutOfMemoryError", 300, True)
    assert cut["traceback"] is None
    assert rows[ids["watcher"]] == {"type": "OOMKilled", "message": "exit code 137", "is_cut": False, "traceback": None}
    assert rows[ids["tfx"]]["message"] == "the schema has no feature 'age'"
    assert rows[ids["trace"]]["message"] == "ValueError: no 100%_sure way"
    assert rows[ids["silent"]] is rows[ids["again"]] is None


def test_the_record_itself_has_the_whole_reason(failed: tuple[Shelf, dict[str, str]]) -> None:
    shelf, ids = failed
    failure = shelf.get(f"/executions/{ids['sdk']}")["failure"]
    assert failure["message"].endswith("x" * 400)
    assert failure["traceback"] == TRACE
    assert not failure["is_cut"]


def test_types_of_failures_are_offered_while_a_search_is_written(failed: tuple[Shelf, dict[str, str]]) -> None:
    shelf, _ = failed
    offers = shelf.get("/search/complete", q="error=OOM", position=9, kind="execution")["completions"]
    assert [(offer["text"], offer["count"]) for offer in offers] == [("error=OOMKilled ", 1)]


def times(shelf: Shelf, state: int, **custom: Any) -> dict[str, Any]:
    row = shelf.get(f"/executions/{put(shelf, state, **custom)}")
    return {name: row[name] for name in ("started", "ended", "start_is_recorded", "end_is_recorded")} | {
        "created": row["created"],
        "updated": row["updated"],
    }


def test_times_come_from_the_record(shelf: Shelf) -> None:
    job = times(shelf, COMPLETE, start_time="2026-11-28T10:00:00Z", end_time="2026-11-28T12:05:00.5+00:00")
    assert (job["started"], job["ended"]) == (1795860000000, 1795867500500)
    assert job["start_is_recorded"]
    assert job["end_is_recorded"]
    assert times(shelf, COMPLETE, started_at=1795860000.0, finished_at=1795860001000)["ended"] == 1795860001000


def test_times_that_no_property_says_are_those_of_the_store(shelf: Shelf) -> None:
    ended = times(shelf, FAILED, start_time="soon")
    assert (ended["started"], ended["ended"]) == (ended["created"], ended["updated"])
    assert (ended["start_is_recorded"], ended["end_is_recorded"]) == (False, False)
    assert times(shelf, RUNNING, end_time="2026-11-28T10:00:00Z")["ended"] is None
    before = times(shelf, COMPLETE, start_time="2026-11-28T10:00:00Z", end_time="2026-11-28T09:00:00Z")
    assert not before["end_is_recorded"]


def test_an_end_before_the_creation_is_shown_where_the_search_finds_it(shelf: Shelf) -> None:
    late = times(shelf, COMPLETE, end_time="2020-01-01T00:00:00Z")
    assert len(found(shelf, "ran<2020-01-02")) == 1
    assert (late["started"], late["ended"]) == (1577836800000, 1577836800000)
    assert (late["start_is_recorded"], late["end_is_recorded"]) == (False, True)


def test_texts_of_failures_are_no_labels_to_choose_from(failed: tuple[Shelf, dict[str, str]]) -> None:
    shelf, _ = failed
    keys = {facet["key"] for facet in shelf.get("/executions/facets")["facets"]}
    assert not {key for key in keys if key.startswith(("label.failure", "label.error"))}
