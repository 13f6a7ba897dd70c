"""What the properties of a node say: name, version, labels, metrics and values inside JSON.

The SDK writes a record's fields as JSON into `__ALL_META__`, its labels also into `labels`; other writers use properties
and custom properties. Everything here is read from messages alone. What stays out: metrics that other nodes report.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf import json_format

from lineal.service.catalogue import groups
from lineal.wire import metadata_store as pb

LONGEST_LABEL = 255
MOST_VALUES = 64
_DEEPEST = 4
# Fields of the SDK's JSON that stand elsewhere too.
_KNOWN = {"name", "uri", "id", "create_time", "description", "owner", "version", "labels", "values", "workspace"}
Scalar = str | float


def text_of(node: Any, name: str) -> str | None:
    """Return a text property of a node, its own before a custom one; None if there is none or it is empty."""
    for properties in (node.properties, node.custom_properties):
        if name in properties and properties[name].WhichOneof("value") == "string_value":
            return properties[name].string_value or None
    return None


def name_of(node: Any) -> str | None:
    """Return what a node is called: its property `name` (the SDK), else its name, else its display name (pipelines)."""
    return text_of(node, "name") or node.name or text_of(node, "display_name")


def version_of(node: Any) -> str | None:
    """Return a node's version, as the SDK and others record it."""
    version = text_of(node, "version")
    if version is None:
        value = meta_of(node).get("version")
        version = value if isinstance(value, str) else None
    return version


def meta_of(node: Any) -> dict[str, Any]:
    """Return the JSON in `__ALL_META__`; text that is no JSON object says nothing."""
    return _object(text_of(node, groups.ALL_META))


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def labels_of(node: Any, meta: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return a node's labels: the JSON in `labels` and `__ALL_META__`, and custom properties that are short texts."""
    found = {
        name: value.string_value
        for name, value in node.custom_properties.items()
        if value.WhichOneof("value") == "string_value"
        and not name.startswith(groups.INTERNAL_PREFIX)
        and len(value.string_value) <= LONGEST_LABEL
        and name != groups.LABELS
    }
    return {**found, **json_labels(node, meta_of(node) if meta is None else meta)}


def json_labels(node: Any, meta: Mapping[str, Any]) -> dict[str, str]:
    """Return the labels that stand in JSON."""
    inside = meta.get(groups.LABELS)
    stated = {**(inside if isinstance(inside, dict) else {}), **_object(text_of(node, groups.LABELS))}
    return {str(name): _label(value) for name, value in stated.items() if value is not None}


def _label(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def json_metrics(meta: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers among the values of an evaluation, those within values by their path."""
    values = meta.get("values")
    if not isinstance(values, dict):
        return {}
    return {name: value for name, value in _leaves(values, "") if not isinstance(value, str)}


def metrics_of(node: Any, meta: Mapping[str, Any] | None = None) -> dict[str, float]:
    """Return the metrics that a node records itself: values in JSON, and properties that are numbers."""
    found: dict[str, float] = {}
    for properties in (node.properties, node.custom_properties):
        for name, value in properties.items():
            kind = value.WhichOneof("value")
            if kind in ("int_value", "double_value") and not name.startswith(groups.INTERNAL_PREFIX):
                found[name] = float(getattr(value, kind))
    return {**found, **json_metrics(meta_of(node) if meta is None else meta)}


def json_values(node: Any, meta: Mapping[str, Any]) -> dict[str, Scalar]:
    """Return the scalars inside JSON that stand nowhere else, such as hyperparameters.learning_rate."""
    rest = {name: value for name, value in meta.items() if name not in _KNOWN and name not in node.properties}
    found = dict(_leaves(rest, ""))
    for properties in (node.properties, node.custom_properties):
        for name, value in properties.items():
            if value.WhichOneof("value") == "struct_value":
                found |= dict(_leaves(json_format.MessageToDict(value.struct_value), f"{name}."))
            elif value.WhichOneof("value") == "bool_value":
                found[name] = "true" if value.bool_value else "false"
    return dict(list(found.items())[:MOST_VALUES])


def _leaves(values: Mapping[str, Any], prefix: str, depth: int = 0) -> Iterator[tuple[str, Scalar]]:
    """Yield (path, scalar) of a JSON object; a list is one text."""
    for name, value in values.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict) and depth < _DEEPEST:
            yield from _leaves(value, f"{path}.", depth + 1)
        elif isinstance(value, bool):
            yield path, "true" if value else "false"
        elif isinstance(value, (int, float)):
            yield path, _float(value)
        elif value is not None and value != "":
            yield path, value if isinstance(value, str) else json.dumps(value)


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def subject_of(node: Any, meta: Mapping[str, Any]) -> int | None:
    """Return the id of the model that an evaluation is about."""
    stated = text_of(node, "model_id") or meta.get("model_id")
    text = str(stated) if isinstance(stated, (str, int)) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def group_of(node: Any, name: str) -> str | None:
    """Return the workspace or run that a record of the SDK names."""
    properties = node.custom_properties
    return properties[name].string_value or None if name in properties else None


def words_of(node: Any, labels: Mapping[str, str]) -> str:
    """Return the text in which a word is looked for: name, uri, labels and properties that are short texts."""
    texts = [node.name, getattr(node, "uri", ""), node.external_id, node.type]
    for properties in (node.properties, node.custom_properties):
        for name, value in properties.items():
            if value.WhichOneof("value") == "string_value" and name not in (groups.ALL_META, groups.LABELS):
                texts.append(value.string_value)
    texts += [f"{name}={value}" for name, value in labels.items()]
    return "\n".join(dict.fromkeys(text[:2000] for text in texts if text))[:20_000]


def is_artifact(node: Any) -> bool:
    """Say whether the message is an artifact."""
    return isinstance(node, pb.Artifact)
