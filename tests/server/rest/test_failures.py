"""Why executions did not complete, and when they started and ended: on cards, on the record, and in searches."""

from __future__ import annotations

import json
import time
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
    return {name: row[name] for name in ("started", "ended", "start_is_recorded", "end_is_recorded", "duration")} | {
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


def test_a_duration_is_only_said_where_start_and_end_are_recorded(shelf: Shelf) -> None:
    start, end = {"start_time": "2026-11-28T10:00:00Z"}, {"end_time": "2026-11-28T12:05:00.5Z"}

    assert times(shelf, COMPLETE, **start, **end)["duration"] == 7_500_500
    assert times(shelf, COMPLETE, __started__=1000_000_000_000, __ended__=1000_000_002_000)["duration"] == 2000
    assert [times(shelf, COMPLETE, **lacking)["duration"] for lacking in ({}, start, end)] == [None, None, None]
    assert times(shelf, RUNNING)["duration"] is None
    began = int(time.time() * 1000) - 60_000
    assert 60_000 <= times(shelf, RUNNING, __started__=began)["duration"] < 120_000


def test_a_change_of_a_record_moves_no_duration(shelf: Shelf) -> None:
    times_recorded = {"start_time": "2026-11-28T10:00:00Z", "end_time": "2026-11-28T10:00:07Z"}
    node_id = put(shelf, COMPLETE, **times_recorded)
    fields = {name: value(each) for name, each in {**times_recorded, "note": "changed later"}.items()}
    shelf.run([], [], id=int(node_id), last_known_state=COMPLETE, custom_properties=fields)

    assert shelf.get(f"/executions/{node_id}")["duration"] == 7000


def test_running_executions_are_compared_with_recorded_durations(shelf: Shelf) -> None:
    began = int(time.time() * 1000) - 60_000
    for ended in (1_000_000_001_000, 1_000_000_003_000):
        put(shelf, COMPLETE, __started__=1_000_000_000_000, __ended__=ended)
    put(shelf, COMPLETE)
    running, unknown = put(shelf, RUNNING, __started__=began), put(shelf, RUNNING)

    items = {item["id"]: item for item in shelf.get("/monitor/running")["items"]}

    assert (items[running]["median"], items[running]["stuck"]) == (2000, True)
    assert (items[unknown]["duration"], items[unknown]["stuck"]) == (None, False)
    assert list(items) == [running, unknown]


def test_an_end_before_the_creation_is_shown_where_the_search_finds_it(shelf: Shelf) -> None:
    late = times(shelf, COMPLETE, end_time="2020-01-01T00:00:00Z")
    assert len(found(shelf, "ran<2020-01-02")) == 1
    assert (late["started"], late["ended"]) == (1577836800000, 1577836800000)
    assert (late["start_is_recorded"], late["end_is_recorded"]) == (False, True)


def test_texts_of_failures_are_no_labels_to_choose_from(failed: tuple[Shelf, dict[str, str]]) -> None:
    shelf, _ = failed
    keys = {facet["key"] for facet in shelf.get("/executions/facets")["facets"]}
    assert not {key for key in keys if key.startswith(("label.failure", "label.error"))}
