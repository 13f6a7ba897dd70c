"""The checks of events: what is taken, what is refused, and where the pointer leads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from lineal.openlineage.checks import read
from lineal.openlineage.events import Event
from lineal.openlineage.parsing import parsed
from lineal.openlineage.pointers import EventError

pytestmark = pytest.mark.slow

SPEC = "https://openlineage.io/spec/{}/OpenLineage.json#/{}/{}"
TIME = "2026-01-31T12:00:00Z"
MICROSECONDS = 1_769_860_800_000_000


def event(**members: Any) -> dict[str, Any]:
    """Return an event about a run; None leaves a member out."""
    whole = {
        "eventTime": TIME,
        "producer": "tests",
        "run": {"runId": "r"},
        "job": {"namespace": "n", "name": "j"},
        **members,
    }
    return {name: value for name, value in whole.items() if value is not None}


def refused(value: Any) -> EventError:
    """Return the error of an event."""
    with pytest.raises(EventError) as caught:
        read(value)
    return caught.value


def error_of(value: Any) -> EventError | None:
    """Return the error of an event, if it has one."""
    try:
        read(value)
    except EventError as error:
        return error
    return None


def known(value: Any) -> Event:
    """Return what an event says."""
    found = read(value)
    assert found is not None
    return found


@pytest.mark.parametrize("version", ["1-0-0", "1-0-1", "1-0-2", "1-0-3", "1-0-4", "1-0-5", "2-0-0", "2-0-1", "2-0-2"])
@pytest.mark.parametrize("member", ["definitions", "$defs"])
def test_every_version_is_taken(version: str, member: str) -> None:
    found = known(event(schemaURL=SPEC.format(version, member, "RunEvent"), eventType="START"))
    assert found.run is not None
    assert (found.type, found.run.id, found.time) == ("START", "r", MICROSECONDS)


def test_the_kind_is_told_by_the_end_of_the_schema_or_else_by_the_parts() -> None:
    data_set = {"namespace": "n", "name": "d"}
    assert known(event()).run is not None
    assert known(event(run=None)).run is None
    assert known(event(run=None)).job is not None
    about_data = known(event(run=None, job=None, dataset=data_set))
    assert about_data.data_set is not None
    assert about_data.job is None
    assert known(event(schemaURL="https://x/OpenLineage.json")).run is not None
    assert known(event(schemaURL=SPEC.format("2-0-2", "$defs", "JobEvent"), run=None)).job is not None
    assert known(event(schemaURL="x#/$defs/DatasetEvent", dataset=data_set)).job is None
    assert read(event(schemaURL="x#/$defs/ViewEvent")) is None


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("2026-01-31T12:00:00Z", 0),
        ("2026-01-31t12:00:00z", 0),
        ("2026-01-31 12:00:00Z", 0),
        ("2026-01-31T12:00:00", 0),
        ("2026-01-31T12:00Z", 0),
        ("2026-01-31T14:00:00+02:00", 0),
        ("2026-01-31T06:30:00-0530", 0),
        ("2026-01-31T22:00:00.001+10:00[Australia/Brisbane]", 1000),
        ("2026-01-31T12:00:00.123456+00:00", 123_456),
        ("2026-01-31T12:00:00.123456789Z", 123_456),
        ("2026-01-31T12:00:00,5Z", 500_000),
        ("2026-01-31T11:59:60Z", 0),
    ],
)
def test_times_are_read_to_the_microsecond_with_any_offset(text: str, more: int) -> None:
    assert known(event(eventTime=text)).time == MICROSECONDS + more


def test_the_first_and_the_last_time_are_read() -> None:
    assert known(event(eventTime="0001-01-01T00:00:00+23:59")).time == -62_135_683_140_000_000
    assert known(event(eventTime="9999-12-31T23:59:59-23:59")).time == 253_402_387_139_000_000


@pytest.mark.parametrize(
    "text", ["now", "2026-02-30T00:00:00Z", "2026-01-31", "0000-01-01T00:00:00Z", "2026-01-31T24:00:00Z", "1769860800",
             "2026-01-31T12:00:61Z", "2026-01-31T12:00:00+25:00", "٢٠٢٦-01-31T12:00:00Z", "9" * 100_000]
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    error = refused(event(eventTime=text))
    assert error.pointer == "/eventTime"
    assert "give a time such as" in error.message
    assert len(error.message) < 300


@pytest.mark.parametrize(
    ("value", "pointer"),
    [
        ([], ""),
        ("x", ""),
        (None, ""),
        ({}, ""),
        (event(producer=None), "/producer"),
        (event(producer=7), "/producer"),
        (event(schemaURL=7), "/schemaURL"),
        (event(eventTime=None), "/eventTime"),
        (event(eventType="DONE"), "/eventType"),
        (event(eventType=["START"]), "/eventType"),
        (event(run=None, schemaURL="#/$defs/RunEvent"), "/run"),
        (event(run=[]), "/run"),
        (event(run={}), "/run/runId"),
        (event(run={"runId": ""}), "/run/runId"),
        (event(run={"runId": "a\0"}), "/run/runId"),
        (event(run={"runId": "r", "facets": []}), "/run/facets"),
        (event(run={"runId": "r", "facets": {"a/b~c": 1}}), "/run/facets/a~1b~0c"),
        (event(job=None), "/job"),
        (event(job={"namespace": "n"}), "/job/name"),
        (event(job={"namespace": True, "name": "j"}), "/job/namespace"),
        (event(job={"namespace": "n", "name": "\ud800"}), "/job/name"),
        (event(inputs={}), "/inputs"),
        (event(inputs=[None]), "/inputs/0"),
        (event(outputs=[{"namespace": "n", "name": "d"}, {"namespace": "n"}]), "/outputs/1/name"),
        (event(outputs=[{"namespace": "n", "name": "d", "outputFacets": {"x": []}}]), "/outputs/0/outputFacets/x"),
        (event(run=None, job=None, dataset={"name": "d"}), "/dataset/namespace"),
    ],
)  # fmt: skip
def test_the_pointer_leads_to_what_is_wrong(value: Any, pointer: str) -> None:
    error = refused(value)
    assert error.pointer == pointer
    assert error.message.startswith(pointer or "the event")


def test_facets_are_kept_as_they_are_and_null_is_missing() -> None:
    facets = {"spark.logicalPlan": {"plan": [1, {"x": None}]}, "gone": None}
    found = known(event(run={"runId": "r", "facets": facets}, inputs=None, eventType="complete"))
    assert found.run is not None
    assert found.run.facets == {"spark.logicalPlan": {"plan": [1, {"x": None}]}}
    assert found.type == "COMPLETE"
    used = {"namespace": "n", "name": "d", "facets": {"a": {}}, "inputFacets": {"b": {}}, "outputFacets": {"c": 1}}
    (data_set,) = known(event(inputs=[used])).inputs
    assert (data_set.facets, data_set.use_facets) == ({"a": {}}, {"b": {}})


def test_the_old_spelling_of_the_parent_is_taken() -> None:
    old, new = {"run": {"runId": "old"}}, {"run": {"runId": "new"}}
    one = known(event(run={"runId": "r", "facets": {"parentRun": old}})).run
    both = known(event(run={"runId": "r", "facets": {"parentRun": old, "parent": new}})).run
    assert one is not None
    assert both is not None
    assert one.facets == {"parent": old}
    assert both.facets == {"parent": new}


def test_names_can_be_long() -> None:
    job = known(event(job={"namespace": "n" * 5000, "name": "j" * 100_000})).job
    assert job is not None
    assert len(job.name) == 100_000


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        (b'{"a": {"b": [1, NaN]}}', "/a/b/1", "is NaN"),
        (b'{"a": -Infinity}', "/a", "is -Infinity"),
        (b'{"a": 1e999}', "/a", "too large"),
        (b'{"a": [' + b"9" * 5000 + b"]}", "/a/0", "too large"),
        (b'{"a": [{"b": 1, "b": 1}]}', "/a/0/b", "occurs twice"),
        (b'{"a/~": {"x": 1, "x": 2}}', "/a~1~0/x", "occurs twice"),
        (b"{", "", "is not JSON"),
        (b"", "", "is not JSON"),
        (b"{} {}", "", "is not JSON"),
        (b'{"a": NaN', "", "is not JSON"),
        (b'{"a": "\xff"}', "", "not in UTF-8: byte 7"),
        ('{"a": 1}'.encode("utf-16"), "", "not in UTF-8"),
        (b'{"a": "\x00"}', "", "is not JSON"),
        (b"[" * 100_000, "", "nested too deeply"),
        (b'{"a":' * 100_000, "", "nested too deeply"),
    ],
)
def test_json_that_can_mean_several_things_is_refused(body: bytes, pointer: str, says: str) -> None:
    with pytest.raises(EventError, match=says) as caught:
        parsed(body)
    assert caught.value.pointer == pointer


def test_other_json_is_read_as_it_is() -> None:
    value = {"a": [1, -2.5, 10**30, None, True, "\N{SNOWMAN}"], "": {}}
    assert parsed(json.dumps(value).encode()) == value
    assert parsed(b"\xef\xbb\xbf{}") == {}


_TEXT = {"type": "string", "minLength": 1}
_FACETS = {"type": ["object", "null"], "additionalProperties": {"type": ["object", "null"]}}
_NAMED = {"namespace": _TEXT, "name": _TEXT, "facets": _FACETS}
_BASE = {"eventTime": _TEXT, "producer": _TEXT, "schemaURL": {"type": ["string", "null"], "minLength": 1}}


def _data_sets(use_facets: str) -> dict[str, Any]:
    items = {"type": "object", "required": ["namespace", "name"], "properties": {**_NAMED, use_facets: _FACETS}}
    return {"type": ["array", "null"], "items": items}


_JOB = {"type": "object", "required": ["namespace", "name"], "properties": _NAMED}
_EDGES = {"inputs": _data_sets("inputFacets"), "outputs": _data_sets("outputFacets")}
_RUN = {"type": "object", "required": ["runId"], "properties": {"runId": _TEXT, "facets": _FACETS}}
_STATE = {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER", None]}
_SCHEMAS = {
    "RunEvent": {**_BASE, **_EDGES, "run": _RUN, "job": _JOB, "eventType": _STATE},
    "JobEvent": {**_BASE, **_EDGES, "job": _JOB},
    "DatasetEvent": {**_BASE, "dataset": _JOB},
}
"""What the specification asks for, written down a second time; null stands for a missing member."""
_REQUIRED = {"RunEvent": ["run", "job"], "JobEvent": ["job"], "DatasetEvent": ["dataset"]}
_VALIDATORS = {
    kind: Draft202012Validator(
        {"type": "object", "required": ["eventTime", "producer", *_REQUIRED[kind]], "properties": properties}
    )
    for kind, properties in _SCHEMAS.items()
}
_WRONG: st.SearchStrategy[Any] = st.sampled_from(
    [None, 7, 1.5, True, "", "x", [], {}, [None], [{}], {"a": 1}, {"a": {}}]
)
_SOME_FACETS = st.dictionaries(st.sampled_from(["schema", "sql", "x/y"]), st.just({}) | st.just({"a": 1}) | _WRONG)


def _object(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return objects of which one member in a few is wrong or missing."""
    fields = {name: values | _WRONG for name, values in {**required, **optional}.items()}
    right = st.fixed_dictionaries(required, optional=optional)
    return right | st.fixed_dictionaries({}, optional=fields)


_SETS = _object(
    {"namespace": st.just("n"), "name": st.just("d")}, {"facets": _SOME_FACETS, "inputFacets": _SOME_FACETS}
)
_EVENTS = _object(
    {
        "eventTime": st.just(TIME),
        "producer": st.just("p"),
        "run": _object({"runId": st.just("r")}, {"facets": _SOME_FACETS}),
        "job": _object({"namespace": st.just("n"), "name": st.just("j")}, {"facets": _SOME_FACETS}),
        "dataset": _SETS,
    },
    {
        "eventType": st.sampled_from(["START", "OTHER", "FAIL"]),
        "inputs": st.lists(_SETS, max_size=2),
        "outputs": st.lists(_SETS, max_size=2),
    },
)


@settings(max_examples=150, deadline=None)
@given(_EVENTS, st.sampled_from(sorted(_VALIDATORS)))
def test_what_is_taken_is_what_the_schema_allows(value: dict[str, Any], kind: str) -> None:
    value = {**value, "schemaURL": f"https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/{kind}"}
    wrong = {"".join(f"/{str(step).replace('/', '~1')}" for step in each.absolute_path) for each in
             _VALIDATORS[kind].iter_errors(value)}  # fmt: skip
    if isinstance(value.get("eventTime"), str) and value["eventTime"] != TIME:
        wrong.add("/eventTime")
    error = error_of(value)
    if error is None:
        assert not wrong
    else:
        assert {error.pointer.rpartition("/")[0], error.pointer} & wrong, f"{error.message}, but the schema: {wrong}"
