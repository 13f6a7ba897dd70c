"""The facets of Lineal's own: their names, their published schemas, and what a receiver reads in them.

`lineal_record` says what a record is beside what OpenLineage has words for, so that another Lineal can store the same.
What stays out: making them (sending/facets.py), and storing what they say (receiving.py).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from google.protobuf import json_format
from google.protobuf.message import DecodeError

import lineal
from lineal.wire import metadata_store as pb

PREFIX = "lineal_"
RECORD, CONTEXTS, METRICS, PARAMETERS, ALIASES, EVENTS, VIA = (
    "lineal_record",
    "lineal_contexts",
    "lineal_metrics",
    "lineal_parameters",
    "lineal_aliases",
    "lineal_events",
    "lineal_via",
)
ADDRESS = "https://lineal.dev/openlineage/1-0-0"
_PROGRAM = "https://lineal.dev/lineal/"
PRODUCER = f"{_PROGRAM}{lineal.__version__}"
_LARGEST = 1 << 63

Facet = dict[str, Any]


def facet(name: str, /, **content: Any) -> Facet:
    """Return a facet of Lineal's own."""
    return {"_producer": PRODUCER, "_schemaURL": f"{ADDRESS}/{name}.json", **content}


@dataclass(frozen=True)
class ContextName:
    """What names a context: its type and its name."""

    type: str
    name: str


@dataclass(frozen=True)
class UseOfArtifact:
    """An event between an artifact and an execution: the number of its type, its time, and the steps of its path.

    The time is in milliseconds since the epoch; a step is a number or a text.
    """

    type: int
    time: int | None
    path: tuple[int | str, ...] = ()


@dataclass(frozen=True)
class Record:
    """A record of another store, as `lineal_record` tells it.

    Attributes:
        store: the id of the store that it is a record of.
        kind: artifact, execution or context.
        id: its id there.
        type: the name of its type.
        name, uri: as they are there; "" for none.
        state: the number of its state, None for none.
        created, updated: milliseconds since the epoch.
        as_of: when it was read, in milliseconds since the epoch; 0 if that is not told. The latest one is what it is.
        workspace: the workspace that it belongs to there, "" for none.
        properties, custom_properties: its values.
        contexts: the contexts that hold it; of a context, those that it lies in.
    """

    store: str
    kind: str
    id: int
    type: str
    name: str = ""
    uri: str = ""
    state: int | None = None
    created: int = 0
    updated: int = 0
    as_of: int = 0
    workspace: str = ""
    properties: Mapping[str, pb.Value] = field(default_factory=dict)
    custom_properties: Mapping[str, pb.Value] = field(default_factory=dict)
    contexts: tuple[ContextName, ...] = ()


STATES: Mapping[str, Any] = {"artifact": pb.Artifact.State, "execution": pb.Execution.State}


def namespace_of(store: str, workspace: str) -> str:
    """Return the namespace of what a workspace of a store holds and nothing else names."""
    return f"lineal://{store}" + (f"/{quote(workspace)}" if workspace else "")


def is_made_here(given: Mapping[str, Any]) -> bool:
    """Say whether a facet was made by a Lineal, and did not come to it as OpenLineage."""
    return _text(given.get("_producer")).startswith(_PROGRAM)


def stores_in(facets: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the stores that an event has been through, given the facets of its run, job or data set."""
    return tuple(each for each in _listed(facets, VIA, "stores") if isinstance(each, str))


def record_in(facets: Mapping[str, Any]) -> Record | None:
    """Return the record that facets tell of; None if they tell of none, or of one in another form than ours."""
    return _record(facets.get(RECORD))


def contexts_in(facets: Mapping[str, Any]) -> list[Record]:
    """Return the contexts of a run that have no events of their own."""
    found = [_record(each) for each in _listed(facets, CONTEXTS, "contexts")]
    return [each for each in found if each is not None and each.kind == "context"]


def uses_in(facets: Mapping[str, Any]) -> list[UseOfArtifact]:
    """Return the events between an execution and an artifact, given the facets of an input or an output."""
    return [use for each in _listed(facets, EVENTS, "events") if (use := _use(each))]


@dataclass(frozen=True)
class Metric:
    """The latest point of a metric; the time is in milliseconds since the epoch, the value may be NaN or infinite."""

    name: str
    step: int
    time: int
    value: float


def metrics_in(facets: Mapping[str, Any]) -> list[Metric]:
    """Return the metrics that facets tell of, each by its latest point."""
    return [metric for each in _listed(facets, METRICS, "metrics") if (metric := _metric(each))]


def written_value(value: pb.Value) -> Any:
    """Return a property's value as JSON: that of protobuf, or its bytes for what JSON cannot hold."""
    try:
        if value.WhichOneof("value") == "proto_value":
            raise ValueError("of a type that is not known here")
        return json_format.MessageToDict(value)
    except (ValueError, TypeError):
        return {"bytes": base64.b64encode(value.SerializeToString(deterministic=True)).decode()}


def read_value(given: Any) -> pb.Value | None:
    """Return the value that `written_value` wrote; None for anything else."""
    if not isinstance(given, dict):
        return None
    with suppress(json_format.ParseError, DecodeError, binascii.Error, ValueError, TypeError):
        if isinstance(given.get("bytes"), str):
            return pb.Value.FromString(base64.b64decode(given["bytes"], validate=True))
        value = json_format.ParseDict(given, pb.Value())
        return value if value.WhichOneof("value") else None
    return None


def _record(given: Any) -> Record | None:
    if not isinstance(given, dict):
        return None
    texts = {name: _text(given.get(name)) for name in ("store", "kind", "type", "name", "uri", "workspace")}
    node_id, kind = _number(given.get("id")), texts["kind"]
    if not node_id or not texts["store"] or not texts["type"] or kind not in ("artifact", "execution", "context"):
        return None
    return Record(
        **texts,
        id=node_id,
        state=_state(kind, given.get("state")),
        created=_number(given.get("createTime")) or 0,
        updated=_number(given.get("updateTime")) or 0,
        as_of=_number(given.get("asOf")) or 0,
        properties=_values(given.get("properties")),
        custom_properties=_values(given.get("customProperties")),
        contexts=tuple(_contexts(given.get("contexts"))),
    )


def _values(given: Any) -> dict[str, pb.Value]:
    if not isinstance(given, dict):
        return {}
    read = {name: read_value(value) for name, value in given.items()}
    return {name: value for name, value in read.items() if value is not None}


def _state(kind: str, given: Any) -> int | None:
    names = STATES.get(kind)
    return names.Value(given) if names and isinstance(given, str) and given in names.keys() else None  # noqa: SIM118 no dict


def _contexts(given: Any) -> Iterator[ContextName]:
    for each in given if isinstance(given, list) else ():
        if isinstance(each, dict) and _text(each.get("type")) and _text(each.get("name")):
            yield ContextName(each["type"], each["name"])


def _use(given: Any) -> UseOfArtifact | None:
    if not isinstance(given, dict) or given.get("type") not in pb.Event.Type.keys():  # noqa: SIM118 no dict
        return None
    path = [each for each in _list(given.get("path")) if isinstance(each, str) or _number(each) is not None]
    return UseOfArtifact(pb.Event.Type.Value(given["type"]), _number(given.get("time")), tuple(path))


def _metric(given: Any) -> Metric | None:
    if not isinstance(given, dict) or not _text(given.get("name")):
        return None
    value, step, time = given.get("value"), _number(given.get("step")), _number(given.get("time"))
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return None if number is None or step is None or time is None else Metric(given["name"], step, time, number)


def _listed(facets: Mapping[str, Any], name: str, member: str) -> list[Any]:
    """Return the list that a facet has, an empty one if it has none."""
    found = facets.get(name)
    return _list(found.get(member)) if isinstance(found, dict) else []


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _text(given: Any) -> str:
    return given if isinstance(given, str) else ""


def _number(given: Any) -> int | None:
    return given if type(given) is int and -_LARGEST <= given < _LARGEST else None
