"""The checks of an event: what every version of OpenLineage asks for, and no more.

The end of its `schemaURL`, or else its parts, say whether an event is about a run, a job or a data set. Formats of URIs
and ids are not checked, as in the specification, where they are notes. A facet must be an object, and nothing else of
it is checked. A member that is null counts as missing. What stays out: the JSON (parsing.py), and what follows from an
event (receiving.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lineal.importing.texts import is_storable
from lineal.openlineage.events import (
    ABORT,
    COMPLETE,
    FAIL,
    OTHER,
    RUNNING,
    START,
    DataSet,
    Event,
    Facets,
    Job,
    Run,
)
from lineal.openlineage.pointers import EventError, Path, pointer_to

TYPES = (START, RUNNING, COMPLETE, FAIL, ABORT, OTHER)
RUN_EVENT, JOB_EVENT, DATA_SET_EVENT = "RunEvent", "JobEvent", "DatasetEvent"
_OTHER_EVENT = re.compile(r"(?!BaseEvent)\w+Event")
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)? ?"
    r"(?:[Zz]|([+-])(\d\d):?(\d\d)?)?(?:\[[\w/+:-]*\])?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1)
_Object = Mapping[str, Any]


def read(given: Any) -> Event | None:
    """Return what an event says; None for one of a kind that is ignored.

    Args:
        given: the JSON value of the event.

    Raises:
        EventError: something is missing or of the wrong type.
    """
    if not isinstance(given, dict):
        raise EventError("", f"is {_named(given)}; send an object")
    kind = _kind(given)
    if kind is None:
        return None
    _text(given, (), "producer")
    return Event(
        time=_time(given),
        type=_type(given) if kind == RUN_EVENT else "",
        run=_run(given) if kind == RUN_EVENT else None,
        job=_job(given) if kind != DATA_SET_EVENT else None,
        data_set=_data_set(_member(given, (), "dataset"), ("dataset",)) if kind == DATA_SET_EVENT else None,
        inputs=_data_sets(given, "inputs", "inputFacets") if kind != DATA_SET_EVENT else (),
        outputs=_data_sets(given, "outputs", "outputFacets") if kind != DATA_SET_EVENT else (),
        given=given,
    )


def _kind(given: _Object) -> str | None:
    """Return what an event is about; None for a kind that is none of these.

    Raises:
        EventError: nobody can tell.
    """
    url = given.get("schemaURL")
    if url is not None:
        end = _text(given, (), "schemaURL").rpartition("/")[2]
        if end in (RUN_EVENT, JOB_EVENT, DATA_SET_EVENT):
            return end
        if _OTHER_EVENT.fullmatch(end):
            return None
    for name, kind in (("run", RUN_EVENT), ("job", JOB_EVENT), ("dataset", DATA_SET_EVENT)):
        if given.get(name) is not None:
            return kind
    raise EventError("", "has no run, no job and no dataset; give what it is about")


def _run(given: _Object) -> Run:
    run = _member(given, (), "run")
    facets = _facets(run, ("run",), "facets")
    if "parentRun" in facets:  # the first integration of Airflow spells it so
        facets = {"parent": facets["parentRun"], **{name: each for name, each in facets.items() if name != "parentRun"}}
    return Run(_text(run, ("run",), "runId"), facets)


def _job(given: _Object) -> Job:
    job, path = _member(given, (), "job"), ("job",)
    return Job(_text(job, path, "namespace"), _text(job, path, "name"), _facets(job, path, "facets"))


def _data_sets(given: _Object, name: str, use_facets: str) -> tuple[DataSet, ...]:
    values = given.get(name)
    if values is None:
        return ()
    if not isinstance(values, list):
        raise EventError(pointer_to((name,)), f"is {_named(values)}; give a list of data sets")
    return tuple(_data_set(value, (name, place), use_facets) for place, value in enumerate(values))


def _data_set(value: Any, path: Path, use_facets: str = "") -> DataSet:
    if not isinstance(value, dict):
        raise EventError(pointer_to(path), f"is {_named(value)}; give an object with a namespace and a name")
    return DataSet(
        _text(value, path, "namespace"),
        _text(value, path, "name"),
        _facets(value, path, "facets"),
        _facets(value, path, use_facets) if use_facets else {},
    )


def _facets(holder: _Object, path: Path, name: str) -> Facets:
    facets = holder.get(name)
    if facets is None:
        return {}
    if not isinstance(facets, dict):
        raise EventError(
            pointer_to((*path, name)), f"is {_named(facets)}; give an object with the facets by their names"
        )
    for key, facet in facets.items():
        if facet is not None and not isinstance(facet, dict):
            raise EventError(pointer_to((*path, name, key)), f"is {_named(facet)}; a facet is an object")
    return {key: facet for key, facet in facets.items() if facet is not None}


def _member(holder: _Object, path: Path, name: str) -> _Object:
    """Return a member that must be an object."""
    value = _required(holder, path, name)
    if not isinstance(value, dict):
        raise EventError(pointer_to((*path, name)), f"is {_named(value)}; give an object")
    return value


def _text(holder: _Object, path: Path, name: str) -> str:
    """Return a member that must be a text that is not empty and that every database holds."""
    value = _required(holder, path, name)
    if not isinstance(value, str):
        raise EventError(pointer_to((*path, name)), f"is {_named(value)}; give a text")
    if not value:
        raise EventError(pointer_to((*path, name)), "is empty; give at least one character")
    if not is_storable(value):
        raise EventError(pointer_to((*path, name)), "has the character NUL or half of a surrogate pair; leave it out")
    return value


def _required(holder: _Object, path: Path, name: str) -> Any:
    value = holder.get(name)
    if value is None:
        raise EventError(pointer_to((*path, name)), "is missing; the specification asks for it")
    return value


def _type(given: _Object) -> str:
    if given.get("eventType") is None:
        return ""
    value = _text(given, (), "eventType")
    if value.upper() not in TYPES:
        raise EventError("/eventType", f"is {value[:40]!r}; it can be {', '.join(TYPES)}")
    return value.upper()


def _time(given: _Object) -> int:
    """Return the time of an event in microseconds since the epoch; without an offset it is in UTC."""
    text = _text(given, (), "eventTime")
    found = _TIME.fullmatch(text)
    try:
        return _microseconds(*found.groups()) if found else _no_time(text)
    except (ValueError, OverflowError):
        return _no_time(text)


def _microseconds(*parts: str | None) -> int:
    year, month, day, hour, minute, second, fraction, sign, hours, minutes = parts
    date = [int(part or 0) for part in (year, month, day, hour, minute)]
    seconds = int(second or 0)
    if seconds > 60 or int(hours or 0) > 23 or int(minutes or 0) > 59:
        raise ValueError
    away = 60 * (60 * int(hours or 0) + int(minutes or 0)) * (-1 if sign == "-" else 1)
    whole = (datetime(*date) - _EPOCH) // timedelta(seconds=1)  # type: ignore[arg-type]
    return (whole + seconds - away) * 1_000_000 + int((fraction or "")[:6].ljust(6, "0"))


def _no_time(text: str) -> int:
    raise EventError("/eventTime", f"is {text[:60]!r}; give a time such as 2026-01-31T12:00:00.000Z")


def _named(value: Any) -> str:
    """Return what a value is, in the words of JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    kinds: dict[type, str] = {dict: "an object", list: "a list", str: "a text"}
    return kinds.get(type(value), "a number")
