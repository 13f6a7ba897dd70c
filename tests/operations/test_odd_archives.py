"""Archives that somebody else wrote, or changed together with their manifest: refused, with nothing written."""

from __future__ import annotations

import copy
import hashlib
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.upkeep import archive
from lineal.upkeep.archive import files
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc

Records = dict[str, list[dict[str, Any]]]
ODD = [None, True, -1, 0, 2**31, 2**63, 2**80, 1.5, 1e400, "", "x", "\ud800", [], [None], {}, {"name": 1}]


def records_of(path: Path) -> Records:
    with zipfile.ZipFile(path) as file:
        names = [name for name in file.namelist() if name.endswith(".jsonl")]
        return {name[:-6]: [json.loads(line) for line in file.read(name).splitlines()] for name in names}


def written(path: Path, lines: dict[str, bytes], **said: Any) -> Path:
    """Write an archive with lines of any content, and a manifest that fits them."""
    members = {
        name: {"records": text.count(b"\n"), "sha256": hashlib.sha256(text).hexdigest()} for name, text in lines.items()
    }
    manifest = {"created": 1, "lineal": "1", "engine": "sqlite", "schema_version": 10, "members": members}
    with zipfile.ZipFile(path, "w") as file:
        for name, text in lines.items():
            file.writestr(f"{name}.jsonl", text)
        file.writestr("manifest.json", json.dumps({**manifest, "format": files.FORMAT, "version": 1, **said}))
    return path


def as_lines(records: Records) -> dict[str, bytes]:
    return {name: b"".join(json.dumps(each).encode() + b"\n" for each in each_of) for name, each_of in records.items()}


def restore(path: Path, url: str, ids: archive.Ids = archive.Ids.KEEP) -> None:
    archive.restore(path, DatabaseSettings(url), ids=ids)


def nodes(url: str) -> int:
    with open_service(url) as service:
        return len(service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts)


def of_another_kind(records: Records) -> None:
    records["artifacts"][0]["type_id"] = records["executions"][0]["type_id"]


def first(member: str, **fields: Any) -> Callable[[Records], None]:
    return lambda records: records[member][0].update(fields)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (first("artifacts", type_id=999), r"artifacts\.jsonl, line 1: its type_id 999 is not among the types"),
        (of_another_kind, r"artifacts\.jsonl, line 1: its type [0-9]+ is one of another kind"),
        (first("types", base_types=[999]), r"types\.jsonl, line 1: its base_types 999"),
        (first("events", artifact_id=999), r"events\.jsonl, line 1: its artifact_id 999"),
        (first("events", execution_id=999), r"events\.jsonl, line 1: its execution_id 999"),
        (first("attributions", context_id=999), r"attributions\.jsonl, line 1: its context_id 999"),
        (first("associations", execution_id=999), r"associations\.jsonl, line 1: its execution_id 999"),
        (first("parent_contexts", parent_context_id=999), r"parent_contexts\.jsonl, line 1: its parent_context_id 999"),
        (first("artifacts", id=0), r"artifacts\.jsonl, line 1: the field id is 0"),
        (first("contexts", id=2**63 - 1), r"contexts\.jsonl, line 1: the field id is 9223372036854775807"),
        (first("artifacts", id=2), r"artifacts\.jsonl, line 2: its id 2 is not greater"),
        (first("artifacts", id=1.0), r"line 1: the field id is 1\.0, and not a whole number"),
        (first("artifacts", name="\ud800"), r"half of a surrogate pair"),
        (first("executions", colour=1), r"the field 'colour' is unknown"),
        (lambda records: records["events"][0].pop("type"), r"events\.jsonl, line 1: the field type is missing"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line_on_every_engine(
    sound: Path, tmp_path: Path, database_url: str, change: Callable[[Records], None], told: str
) -> None:
    records = records_of(sound)
    change(records)
    path = written(tmp_path / "odd.zip", as_lines(records))

    with pytest.raises(errors.DataLossError, match=told):
        restore(path, database_url)
    with pytest.raises(errors.DataLossError, match=told):
        archive.check(path)
    assert nodes(database_url) == 0


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "is not JSON"),
        (b"[1]", "is not a JSON object"),
        (b'{"id": NaN}', "NaN is not a number"),
        (b'{"id": 1, "id": 2}', "the same name twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"id": "\xff"}', "is not JSON"),
        (b"1" * 5000, "is not JSON"),
        (b'{"a": "' + b"x" * 2000 + b'"}', "has more than 1000 bytes"),
    ],
)
def test_an_odd_line_is_an_error_with_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bytes, told: str
) -> None:
    monkeypatch.setattr(files, "LONGEST_LINE", 1000 if b"x" in line else 1 << 28)
    path = written(tmp_path / "odd.zip", {"types": line + b"\n"})
    with pytest.raises(errors.DataLossError, match=rf"types\.jsonl, line 1 .*{told}"):
        restore(path, f"sqlite:///{tmp_path}/target.db")
    assert not (tmp_path / "target.db").exists()


@pytest.mark.parametrize("name", ["created", "version", "schema_version", "lineal", "members", "upgraded_from"])
def test_a_manifest_of_other_types_is_refused(tmp_path: Path, name: str) -> None:
    for odd in (1.5, [], {"types": 1}, True):
        with pytest.raises((errors.InvalidArgumentError, errors.DataLossError)):
            archive.check(written(tmp_path / "odd.zip", {"types": b""}, **{name: odd}))


def test_a_member_that_is_unknown_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.DataLossError, match="the archive holds 'colours'"):
        archive.check(written(tmp_path / "odd.zip", {"colours": b""}))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """All places inside a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(*path, key) for key, _ in inside] + [each for key, one in inside for each in places(one, (*path, key))]


def mutate(sound: Path, target: Path, examples: int) -> None:
    """Change one value of an archive at a time; each restores or is refused, whichever ids are asked for."""
    records = records_of(sound)

    @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(place=st.sampled_from(places(records)), odd=st.sampled_from([..., *ODD]), ids=st.sampled_from(archive.Ids))
    def one(place: tuple[Any, ...], odd: Any, ids: archive.Ids) -> None:
        changed = copy.deepcopy(records)
        inner: Any = changed
        for key in place[:-1]:
            inner = inner[key]
        if odd is ...:
            del inner[place[-1]]
        else:
            inner[place[-1]] = odd if len(place) > 2 else [odd]
        lines = {
            name: b"".join(json.dumps(each).encode() + b"\n" for each in each_of)
            for name, each_of in changed.items()
            if isinstance(each_of, list)
        }
        with suppress(errors.DataLossError, errors.InvalidArgumentError, errors.AlreadyExistsError):
            restore(written(target / "odd.zip", lines), "sqlite://", ids)

    one()


def test_no_change_of_a_value_is_a_fault(sound: Path, tmp_path: Path) -> None:
    mutate(sound, tmp_path, 100)


@pytest.mark.slow
def test_no_change_of_a_value_is_a_fault_however_many(sound: Path, tmp_path: Path) -> None:
    mutate(sound, tmp_path, 3000)


def twice(records: Records, member: str) -> None:
    records[member].append(records[member][-1])


def same_property(records: Records) -> None:
    records["artifacts"][0]["properties"].append(records["artifacts"][0]["properties"][0])


@pytest.mark.parametrize("change", [same_property, lambda records: twice(records, "parent_contexts")])
@pytest.mark.parametrize("ids", archive.Ids)
def test_a_row_that_stands_twice_is_refused_whichever_ids_are_written(
    sound: Path, tmp_path: Path, change: Callable[[Records], None], ids: archive.Ids
) -> None:
    records = records_of(sound)
    change(records)

    with pytest.raises(errors.DataLossError, match="holds a row twice"):
        restore(written(tmp_path / "odd.zip", as_lines(records)), f"sqlite:///{tmp_path}/target.db", ids)
    assert nodes(f"sqlite:///{tmp_path}/target.db") == 0
