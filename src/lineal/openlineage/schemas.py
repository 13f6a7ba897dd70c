"""The JSON schemas of Lineal's own facets, by the name of the facet; docs/schemas/openlineage holds them as files."""

from __future__ import annotations

from typing import Any

from lineal.openlineage import own_facets

_BASE = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/BaseFacet"
_TEXT, _INTEGER = {"type": "string"}, {"type": "integer"}
_TIME = {"type": "integer", "description": "Milliseconds since the epoch."}
_VALUES = {
    "type": "object",
    "additionalProperties": {
        "type": "object",
        "description": "A value of a property in protobuf's JSON: one of intValue (a text of digits), doubleValue, "
        "stringValue, boolValue and structValue; bytes is the base64 of a value that JSON cannot hold.",
    },
}
_CONTEXT = {"type": "object", "properties": {"type": _TEXT, "name": _TEXT}, "required": ["type", "name"]}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


_RECORD = _object(
    ["store", "kind", "id", "type"],
    store={**_TEXT, "description": "The id of the store that has the record."},
    kind={"enum": ["artifact", "execution", "context"]},
    id=_INTEGER,
    type={**_TEXT, "description": "The name of its type."},
    name=_TEXT,
    externalId=_TEXT,
    uri=_TEXT,
    state={**_TEXT, "description": "As ML Metadata calls it, such as LIVE or CACHED."},
    createTime=_TIME,
    updateTime=_TIME,
    asOf={
        **_TIME,
        "description": "When the record was read for this event, in milliseconds since the epoch. The event with the "
        "latest one says what the record is, since all events about the end of a run have the time of the end.",
    },
    workspace=_TEXT,
    properties=_VALUES,
    customProperties=_VALUES,
    contexts={**_list(_CONTEXT), "description": "What holds it; of a context, what it lies in."},
)
_CONTENT = {
    own_facets.RECORD: (
        "What a record of Lineal is beside what OpenLineage has words for: an execution (of a run), an artifact (of a "
        "data set) or a context (of a job).",
        _RECORD,
    ),
    own_facets.CONTEXTS: (
        "The contexts of a run that are no jobs, such as the context of a single run, each as lineal_record tells it.",
        _object(["contexts"], contexts=_list(_RECORD)),
    ),
    own_facets.METRICS: (
        "The latest point of each metric that was logged.",
        _object(
            ["metrics"],
            metrics=_list(
                _object(
                    ["name", "value", "step", "time"],
                    name=_TEXT,
                    value={"type": ["number", "string"], "description": "NaN, Infinity and -Infinity are texts."},
                    step=_INTEGER,
                    time=_TIME,
                )
            ),
        ),
    ),
    own_facets.PARAMETERS: (
        "The hyperparameters of a run or a model, for readers; the record has them too.",
        _object(["parameters"], parameters=_list(_object(["name", "value"], name=_TEXT, value={}))),
    ),
    own_facets.ALIASES: (
        "The aliases of a version of a model or a data set, such as production, for readers; one version of a name "
        "has each.",
        _object(["aliases"], aliases=_list(_TEXT)),
    ),
    own_facets.EVENTS: (
        "How an execution used an input or an output: the events of ML Metadata between both.",
        _object(
            ["events"],
            events=_list(
                _object(
                    ["type"],
                    type={**_TEXT, "description": "As ML Metadata calls it, such as INPUT or DECLARED_OUTPUT."},
                    time=_TIME,
                    path=_list({"type": ["string", "integer"]}),
                )
            ),
        ),
    ),
    own_facets.VIA: (
        "The ids of the stores that an event has been through; none of them takes it again.",
        _object(["stores"], stores=_list(_TEXT)),
    ),
}

SCHEMAS: dict[str, dict[str, Any]] = {
    name: {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{own_facets.ADDRESS}/{name}.json",
        "description": text,
        "allOf": [{"$ref": _BASE}, content],
    }
    for name, (text, content) in _CONTENT.items()
}
"""By the name of the facet."""
