"""`lineal outbox`, `lineal export openlineage`, and what the flags of `lineal serve` refuse."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from lineal import errors
from lineal.cli import main
from lineal.config import SendingSettings
from lineal.sdk import tutorial
from lineal.server.openlineage.destinations import Answer
from lineal.store.own_rows import outbox as rows
from lineal.upkeep.opening import open_service
from tests.openlineage.sending.stores import send_all, sending
from tests.openlineage.sending.valid import faults


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store with the tutorial, of which the receiver refused one event."""
    url = f"sqlite:///{tmp_path}/a.db"
    with sending(url) as (_, outbox, kept):
        tutorial.run(url, write=lambda line: None)
        kept.answers = [Answer("HTTP 400: no", is_final=True)]
        send_all(outbox)
    return url


def test_what_was_refused_is_listed_and_retried_or_dropped(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outbox", "ls", "--db", url, "--json"]) == 0
    said = capsys.readouterr()
    [refused] = json.loads(said.out)
    assert (refused["kind"], refused["reason"]) == ("context", "HTTP 400: no")
    assert said.err.strip().endswith("what is written is sent; 0 records waiting, 1 refused")
    assert main(["outbox", "retry", str(refused["id"]), "--db", url]) == 0
    assert main(["outbox", "drop", "--all", "--yes", "--db", url]) == 0
    assert capsys.readouterr().out.splitlines() == ["1 record will be sent again", "0 records given up"]
    assert main(["doctor", "--db", url]) == 0


def test_off_forgets_what_waits_and_marks_nothing_more(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outbox", "retry", "--all", "--db", url]) == 0
    assert main(["outbox", "off", "--yes", "--db", url]) == 0
    tutorial.run(url, write=lambda line: None)
    with open_service(url) as service:
        assert service.read(lambda session, _: rows.backlog(session)) == rows.Backlog()


def test_the_history_is_written_as_valid_events_also_of_one_workspace(
    url: str, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "history.jsonl.gz"
    assert main(["export", "openlineage", str(file), "--db", url]) == 0
    events = [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]
    assert [fault for event in events for fault in faults(event)] == []
    assert [event.get("eventType", "") for event in events] == ["", "START", "COMPLETE", "OTHER", "OTHER"]
    assert main(["export", "openlineage", str(file), "--db", url]) == 1
    assert main(["export", "openlineage", "--db", url, "--workspace", "bakery"]) == 0
    assert len(capsysbinary.readouterr().out.splitlines()) == len(events)
    assert main(["export", "openlineage", "--db", url, "--workspace", "other"]) == 0
    assert capsysbinary.readouterr().out == b""


@pytest.mark.parametrize(
    "to", ["https://user:secret@h", "ftp://h", "http://", "file:", "h:8080", "http://h?a=secret", "http://[::1"]
)
def test_addresses_that_cannot_be_are_refused_and_no_secret_is_shown(to: str) -> None:
    with pytest.raises(errors.InvalidArgumentError) as refused:
        SendingSettings(to)
    assert "secret" not in refused.value.message


def test_a_token_is_for_a_server() -> None:
    with pytest.raises(errors.InvalidArgumentError):
        SendingSettings("file:x", token_file="t")
