"""Files of events are read one event after the other, however they are written, and a broken one costs no other."""

from __future__ import annotations

import gzip
import io
import json
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineal import errors
from lineal.openlineage import event_texts
from lineal.openlineage.event_files import events_in, paths_of
from lineal.openlineage.event_texts import DamagedFileError, read_events

pytestmark = pytest.mark.slow

ODD = 'a "quoted" }{][\\ \n text'
TEXTS = st.text('"\\{}[]\n,: aé', max_size=8)
VALUES = TEXTS | st.lists(TEXTS, max_size=3) | st.dictionaries(TEXTS, TEXTS, max_size=3)
EVENTS = st.lists(st.dictionaries(TEXTS, VALUES, max_size=4), max_size=4)
WAYS = {
    "lines": lambda events: "\n".join(map(json.dumps, events)),
    "a list": json.dumps,
    "a list over many lines": lambda events: json.dumps(events, indent=2),
    "each over many lines": lambda events: "\n".join(json.dumps(event, indent=2) for event in events),
    "lists on lines": lambda events: "\n".join(json.dumps([event]) for event in events),
    "a mark before them": lambda events: "\ufeff" + "\n\n".join(map(json.dumps, events)) + "\r\n",
}


def event(number: int, **more: Any) -> dict[str, Any]:
    return {"eventTime": "2026-03-02T08:00:00Z", "run": {"runId": str(number)}, "note": ODD, **more}


def read(text: str | bytes) -> list[event_texts.Written]:
    return list(read_events(io.BufferedReader(io.BytesIO(text.encode() if isinstance(text, str) else text))))


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=20)
@given(events=EVENTS)
def test_events_are_read_as_they_were_written(way: str, events: list[dict[str, Any]]) -> None:
    found = [json.loads(each.text) for each in read(WAYS[way](events))]
    assert [each for value in found for each in (value if isinstance(value, list) else [value])] == events


def test_each_event_has_the_line_where_it_begins() -> None:
    assert [each.line for each in read(WAYS["lines"]([event(1), event(2)]))] == [1, 2]
    assert [each.line for each in read("\n\n" + json.dumps([event(1), event(2)], indent=1))] == [4, 11]


def test_a_broken_line_costs_no_other_event() -> None:
    good = json.dumps(event(1))
    found = read("\n".join([good, '{"eventTime": "2026', '{"run": {"runId": "2"', good, "no event", good[:-1], good]))
    assert [(each.line, each.text.strip() == good.encode()) for each in found] == [
        (1, True),
        (2, False),
        (4, True),
        (5, False),
        (6, False),
        (7, True),
    ]


def test_what_is_odd_in_a_list_is_read_in_its_place() -> None:
    found = read(f'[{{"a": 1}}, 5 "x", {json.dumps(event(1))}, {{"b": [')
    assert [each.text for each in found][:2] == [b'{"a": 1}', b'5 "x"']
    assert [json.loads(found[2].text), found[3].text] == [event(1), b'{"b":']


@pytest.mark.parametrize(
    ("begin", "between", "end"), [("", "\n", ""), pytest.param("[", ",", "]", marks=pytest.mark.slow)]
)
def test_only_one_event_is_held(begin: str, between: str, end: str) -> None:
    class Endless(io.RawIOBase):
        """A file of 16 MB which is made while it is read."""

        def __init__(self) -> None:
            self.parts = self.made()

        def made(self) -> Iterator[bytes]:
            yield begin.encode() + json.dumps(event(0)).encode()
            for _ in range(250):
                yield between.encode() + json.dumps(event(1, more="m" * 64_000)).encode()
            yield end.encode()

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            part = getattr(self, "left", b"") or next(self.parts, b"")
            taken, self.left = part[: len(buffer)], part[len(buffer) :]
            buffer[: len(taken)] = taken
            return len(taken)

    tracemalloc.start()
    try:
        assert sum(1 for _ in read_events(io.BufferedReader(Endless()))) == 251
        assert tracemalloc.get_traced_memory()[1] < 6_000_000
    finally:
        tracemalloc.stop()


def test_an_event_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_texts, "LARGEST_EVENT", 1000)
    monkeypatch.setattr(event_texts, "_PIECE", 100)
    large = json.dumps(event(1, more="m" * 2000))
    assert [each.text == b"" for each in read(f"{large}\n{json.dumps(event(2))}\n")] == [True, False]
    assert [each.text == b"" for each in read(json.dumps(event(1, more=["m" * 50] * 50), indent=1))] == [True]
    with pytest.raises(DamagedFileError, match="the event in line 1 has more than"):
        read(f"[{large}]")


def test_an_event_of_many_lines_or_pieces_is_read_in_time_that_grows_with_it(tmp_path: Path) -> None:
    large = [event(1, more=["m" * 90] * 100_000, text="t" * 8_000_000)]
    (tmp_path / "list.gz").write_bytes(gzip.compress(json.dumps(large, indent=0).encode(), 1))
    (tmp_path / "lines.gz").write_bytes(gzip.compress(json.dumps(large[0], indent=1).encode(), 1))
    begun = time.process_time()
    for name in ("list.gz", "lines.gz"):
        assert [json.loads(each.text) for each in events_in(str(tmp_path / name))] == large
    assert time.process_time() - begun < 10


def test_a_compressed_file_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "events").write_bytes(gzip.compress(json.dumps(event(1)).encode()))
    assert [json.loads(each.text) for each in events_in(str(tmp_path / "events"))] == [event(1)]


def test_a_file_whose_end_is_missing_gives_what_it_has(tmp_path: Path) -> None:
    whole = gzip.compress("\n".join(json.dumps(event(each, more=str(each) * 500)) for each in range(99)).encode())
    (tmp_path / "events.gz").write_bytes(whole[:-20])
    found = events_in(str(tmp_path / "events.gz"))
    assert json.loads(next(found).text)["run"] == {"runId": "0"}
    with pytest.raises(DamagedFileError, match="ended before"):
        list(found)


def test_a_folder_stands_for_its_files_of_events(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2.json", "1.jsonl.gz", "3.ndjson", "notes.txt", "config.yml"):
        (tmp_path / name).touch()
    assert paths_of([str(tmp_path)]) == [str(tmp_path / name) for name in ("1.jsonl.gz", "3.ndjson", "b/2.json")]
    assert paths_of([str(tmp_path / "notes.txt"), "-"]) == [str(tmp_path / "notes.txt"), "-"]


def test_a_place_without_events_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.NotFoundError, match=r"there is no file '.*gone'"):
        paths_of([str(tmp_path / "gone")])
    with pytest.raises(errors.NotFoundError, match=r"ends with \.json, \.jsonl"):
        paths_of([str(tmp_path)])
