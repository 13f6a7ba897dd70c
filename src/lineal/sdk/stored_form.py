"""The form in which the SDK's records are stored: names of types and properties, and the way back to plain dicts.

The form is that of the original Kubeflow Metadata SDK (0.3.1) and of the types that its server registered, so that both
SDKs read each other's records. What stays out: calls to a store.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from typing import Any

from google.protobuf import json_format

from lineal import json_form, json_text
from lineal.sdk import plain
from lineal.wire import metadata_store as pb

WORKSPACE_TYPE_NAME = "kubeflow.org/alpha/workspace"
EXECUTION_TYPE_NAME = "kubeflow.org/alpha/execution"
DATA_SET_TYPE_NAME = "kubeflow.org/alpha/data_set"
MODEL_TYPE_NAME = "kubeflow.org/alpha/model"
METRICS_TYPE_NAME = "kubeflow.org/alpha/metrics"

WORKSPACE_PROPERTY_NAME = "__kf_workspace__"
RUN_PROPERTY_NAME = "__kf_run__"
ALL_META_PROPERTY_NAME = "__ALL_META__"
LABELS_PROPERTY_NAME = "labels"
FAILURE_TYPE_NAME = "failure_type"
FAILURE_MESSAGE_NAME = "failure_message"
FAILURE_TRACEBACK_NAME = "failure_traceback"
FAILURE_NAMES = (FAILURE_TYPE_NAME, FAILURE_MESSAGE_NAME, FAILURE_TRACEBACK_NAME)
"""The custom properties of an execution that say why it did not complete."""
STARTED_NAME = "__started__"
ENDED_NAME = "__ended__"
"""The custom properties of an execution that say when it ran, in milliseconds since the epoch."""

DEEPEST = json_text.DEEPEST
_COMMON = ("name", "create_time", "description", "owner", ALL_META_PROPERTY_NAME)
WORKSPACE_PROPERTIES = ("description", LABELS_PROPERTY_NAME)
EXECUTION_PROPERTIES = (*_COMMON, "executable_id")
ARTIFACT_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    DATA_SET_TYPE_NAME: (*_COMMON, "version", "query"),
    MODEL_TYPE_NAME: (*_COMMON, "version", "model_type"),
    METRICS_TYPE_NAME: (*_COMMON, "version", "data_set_id", "model_id", "metrics_type"),
}

# The order in which records are shown, that of the original's tutorial; other properties follow by name.
_FIRST = ("id", "type", "workspace", "run", "state")
_SHOWN_ORDER = (
    *("model_type", "query", "metrics_type", "data_set_id", "model_id"),
    *("create_time", "version", "owner", "description", "name"),
)
_LAST = ("uri", "training_framework", "hyperparameters", "values", "labels", "kwargs")
_TEXTS: Mapping[str, frozenset[str]] = {
    DATA_SET_TYPE_NAME: frozenset({*_COMMON, "version", "query"}),
    MODEL_TYPE_NAME: frozenset({*_COMMON, "version", "model_type"}),
    METRICS_TYPE_NAME: frozenset({*_COMMON, "data_set_id", "model_id", "metrics_type"}),
}

_TYPE_OF_VALUE = {
    "int_value": pb.INT,
    "double_value": pb.DOUBLE,
    "string_value": pb.STRING,
    "struct_value": pb.STRUCT,
    "proto_value": pb.PROTO,
    "bool_value": pb.BOOLEAN,
}


def now() -> str:
    """Return the time as the SDK records it: UTC, ISO 8601 with microseconds, ending in Z."""
    return datetime.now(timezone.utc).replace(tzinfo=None).isoformat() + "Z"


def text_properties(texts: Mapping[str, Any]) -> dict[str, pb.Value]:
    """Return the properties for these texts; a number is its text, and what is absent or empty is not stored.

    Raises:
        TypeError: a value has no text.
        ValueError: a value is no text that a store can hold.

    """
    fields = {name: plain.field_text(name, value) for name, value in texts.items()}
    return {name: pb.Value(string_value=storable(name, text)) for name, text in fields.items() if text}


def storable(name: str, text: str) -> str:
    """Return a text that a store can hold.

    Raises:
        ValueError: it holds half of a surrogate pair, as Python's name of a file may whose bytes are not UTF-8.

    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"'{name}' is {text[:100]!r}, and its character {error.start + 1} is half of a surrogate pair, which no "
            "store can hold; for the name of a file whose bytes are not UTF-8, pass "
            "os.fsencode(name).decode('utf-8', 'backslashreplace')"
        ) from None
    return text


def to_json(fields: Mapping[str, Any]) -> str:
    """Write the fields of a record as JSON; values that JSON lacks get the form of `lineal.sdk.plain`.

    NaN and the infinities become texts, and an entry beside the fields tells which texts they are (lineal.json_form).

    Raises:
        TypeError: a field holds something that JSON cannot express, or is nested too deeply to be read again.

    """
    texts = [f"{json.dumps(name)}: {field_json(name, value)}" for name, value in fields.items()]
    return json_form.record_text("{" + ", ".join(texts) + "}")


def field_json(name: str, value: Any) -> str:
    """Write one field of a record as JSON, as `to_json` does.

    Raises:
        TypeError: as `to_json`.

    """
    value = plain.field(name, value)
    try:
        return json.dumps(value)
    except ValueError as error:  # a whole number with more digits than Python writes
        raise TypeError(f"'{name}' cannot be recorded: {error}; use a float or a string") from error


def property_types(properties: Mapping[str, pb.Value]) -> dict[str, int]:
    """Return the type of each property of a record, as its artifact type has to declare it."""
    kinds = {name: value.WhichOneof("value") for name, value in properties.items()}
    return {name: _TYPE_OF_VALUE[kind] for name, kind in kinds.items() if kind is not None}


def plain_value(value: pb.Value) -> Any:
    """Return a property's value as a plain Python value, dicts in the order of their keys; one of no kind is None."""
    kind = value.WhichOneof("value")
    if kind == "struct_value":
        return _in_order(json_form.struct(value.struct_value))
    if kind == "proto_value":
        return _in_order(json_format.MessageToDict(value.proto_value))
    return getattr(value, kind) if kind else None


def _in_order(value: Any) -> Any:
    """Return plain values with all dicts in the order of their keys: a message's map has a new one in each process."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value)}
    return [_in_order(each) for each in value] if isinstance(value, list) else value


def plain_artifact(artifact: pb.Artifact) -> dict[str, Any]:
    """Return an artifact as the dict that `Workspace.list` returns, with its keys in the same order at every start.

    The keys are id, workspace, run, the properties, and then everything else that the JSON in `__ALL_META__` holds. The
    SDK's own types have every text, as "" if none was given, the uri, and the order of the tutorial.
    """
    fields: dict[str, Any] = {"id": artifact.id, **_origin(artifact.custom_properties)}
    properties = _plain_properties(artifact.properties, texts=_TEXTS.get(artifact.type, frozenset()))
    all_meta = _record(properties.pop(ALL_META_PROPERTY_NAME, None), of=f"artifact {artifact.id}")
    fields = {
        **fields,
        **properties,
        **{key: value for key, value in all_meta.items() if key not in fields | properties},
    }
    return in_order({"uri": artifact.uri, **fields}, artifact.type) if artifact.type in _TEXTS else fields


def in_order(fields: Mapping[str, Any], type_name: str) -> dict[str, Any]:
    """Return the fields of a record in the order in which they are shown; for the SDK's types that of the tutorial."""
    first = (*_FIRST, *_SHOWN_ORDER, *_LAST) if type_name in _TEXTS else _FIRST
    places = {name: place for place, name in enumerate(first)}
    return {name: fields[name] for name in sorted(fields, key=lambda name: places.get(name, len(places)))}


def columns(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of all fields of records that may have different ones, in the order of the records."""
    found: list[str] = []
    for names in dict.fromkeys(map(tuple, rows)):
        place = 0
        for name in names:
            if name not in found:
                found.insert(place, name)
            place = found.index(name) + 1
    return found


def workspace_fields(context: pb.Context) -> dict[str, Any]:
    """Return the description and the labels of a workspace, None for what is not stored or is not the SDK's JSON."""
    properties = _plain_properties(context.properties)
    stored = properties.get(LABELS_PROPERTY_NAME)
    labels = None if stored is None else _json_object(stored, of=f"workspace {context.name!r}")
    return {"description": properties.get("description"), "labels": labels}


def recorded_fields(artifact: pb.Artifact) -> dict[str, Any]:
    """Return what a record says by field, without what logging adds: custom properties, JSON, and properties."""
    custom = _plain_properties(artifact.custom_properties)
    properties = _plain_properties(artifact.properties)
    all_meta = _record(properties.pop(ALL_META_PROPERTY_NAME, None), of=f"artifact {artifact.id}")
    fields = {"uri": artifact.uri, **custom, **all_meta, **properties}
    return {name: fields[name] for name in fields if name not in (WORKSPACE_PROPERTY_NAME, RUN_PROPERTY_NAME)}


def state_of(execution: pb.Execution) -> str | None:
    """Return the name of the state of an execution, None for none."""
    return pb.Execution.State.Name(execution.last_known_state) if execution.HasField("last_known_state") else None


def plain_execution(execution: pb.Execution) -> dict[str, Any]:
    """Return an execution as a dict: id, workspace, run, state, the properties, and why it did not complete."""
    custom = execution.custom_properties
    fields: dict[str, Any] = {"id": execution.id, **_origin(custom), "state": state_of(execution)}
    fields.update(_plain_properties(execution.properties))
    fields.update((name, plain_value(custom[name])) for name in FAILURE_NAMES if name in custom)
    return fields


def _plain_properties(properties: Mapping[str, pb.Value], texts: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Return properties as plain values in the order in which they are shown, with "" for missing texts."""
    order = {name: place for place, name in enumerate(_SHOWN_ORDER)}
    names = sorted({*properties, *texts}, key=lambda name: (order.get(name, len(order)), name))
    return {name: plain_value(properties[name]) if name in properties else "" for name in names}


def _origin(custom_properties: Mapping[str, pb.Value]) -> dict[str, str]:
    """Return the names of the workspace and the run that a record came from, where it tells them."""
    keys = {"workspace": WORKSPACE_PROPERTY_NAME, "run": RUN_PROPERTY_NAME}
    return {key: custom_properties[name].string_value for key, name in keys.items() if name in custom_properties}


def _record(text: Any, *, of: str) -> dict[str, Any]:
    """Read the JSON of a record, numbers that JSON lacks included; text that is no JSON object tells nothing."""
    return json_form.record(_json_object(text, of=of))


def _json_object(text: Any, *, of: str) -> dict[str, Any]:
    """Read a JSON object; text by other writers that is none tells nothing."""
    try:
        fields = json_text.loads(text) if isinstance(text, str) else None
    except ValueError:
        return {}
    if isinstance(text, str) and json_text.is_deeper(text):
        said = f"of {of}, what is nested more than {DEEPEST} levels deep is returned as a string of JSON"
        warnings.warn(said, stacklevel=2)
    return fields if isinstance(fields, dict) else {}
