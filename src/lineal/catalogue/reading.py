"""Read the properties of a node: name, version, labels, metrics and values inside JSON.

The SDK writes a record's fields as JSON into `__ALL_META__`, and its labels also into `labels`; other writers use
properties and custom properties. Everything here is read from one message. Characters of JSON that an answer or a
database cannot hold are read in their escaped form, and values that are nested too deeply as a text. What stays out:
metrics that other nodes report.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from lineal import conventions, json_form, json_text

LONGEST_LABEL = 255
MOST_VALUES = 64
# Answers can hold 255 levels, some of which are their own.
DEEPEST_JSON = 200
_LONGEST_WORDS = 20_000
_LONGEST_WORD = 2_000
_DEEPEST = 4
# Fields of the SDK's JSON that are elsewhere, too.
_KNOWN = frozenset({"name", "uri", "id", "create_time", "description", "owner", "version", "labels", "values"})
_NUMBERS = ("int_value", "double_value")
_HIDDEN = (conventions.ALL_META, conventions.LABELS, conventions.ENVIRONMENT)
Scalar = str | float
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?")


class Record:
    """A node as people read it. Nothing is read twice."""

    def __init__(self, node: Any) -> None:
        self.node = node

    @cached_property
    def _scalars(self) -> list[tuple[bool, str, str, Any]]:
        """All properties that are no messages: (is custom, name, kind of value, value); own ones last."""
        found = []
        for custom, properties in ((True, self.node.custom_properties), (False, self.node.properties)):
            for name, value in properties.items():
                kind = value.WhichOneof("value")
                if kind is not None:
                    found.append((custom, name, kind, getattr(value, kind)))
        return found

    @cached_property
    def texts(self) -> dict[str, str]:
        """Text properties by name, a node's own before custom ones."""
        return {name: value for _, name, kind, value in self._scalars if kind == "string_value"}

    @cached_property
    def meta(self) -> dict[str, Any]:
        """The JSON in `__ALL_META__`; text that is not a JSON object is ignored."""
        return _object(self.texts.get(conventions.ALL_META))

    @property
    def name(self) -> str | None:
        """Its name for people: the property `name` (the SDK), or its name, or its display name (pipelines)."""
        return self.texts.get("name") or self.node.name or self.texts.get("display_name") or None

    @property
    def version(self) -> str | None:
        """Its version, as the SDK and others record it."""
        stated = self.texts.get("version") or self.meta.get("version")
        return stated if isinstance(stated, str) else None

    @property
    def workspace(self) -> str | None:
        """The workspace that a record of the SDK names."""
        return self._named(conventions.WORKSPACE_PROPERTY)

    @property
    def run(self) -> str | None:
        """The run that a record of the SDK names."""
        return self._named(conventions.RUN_PROPERTY)

    def _named(self, name: str) -> str | None:
        return self.texts.get(name) or None

    @cached_property
    def json_labels(self) -> dict[str, str]:
        """The labels in the JSON."""
        inside = self.meta.get(conventions.LABELS)
        stated = {**(inside if isinstance(inside, dict) else {}), **_object(self.texts.get(conventions.LABELS))}
        return {str(name): _text(value) for name, value in stated.items() if value is not None}

    @property
    def labels(self) -> dict[str, str]:
        """All labels: those in JSON, and custom properties that are short texts."""
        found = {
            _storable(label): _storable(value)
            for custom, name, kind, value in self._scalars
            if custom and kind == "string_value" and len(value) <= LONGEST_LABEL and (label := self._label_of(name))
        }
        return {**found, **self.json_labels}

    @cached_property
    def _is_told_by_events(self) -> bool:
        """Whether events of OpenLineage told of it, whichever door made it."""
        is_own = self.node.external_id.startswith(conventions.OPENLINEAGE_IDS)
        return is_own or any(name in self.texts for name in conventions.OPENLINEAGE_MARKS)

    def _label_of(self, name: str) -> str | None:
        """Return the key of the label that a custom property of a text is, if it is one."""
        if name in conventions.OPENLINEAGE_TEXTS and self._is_told_by_events:
            return None
        return conventions.label_of(self.node.type, self.node.external_id, name)

    @cached_property
    def json_metrics(self) -> dict[str, float]:
        """The numbers among the values of an evaluation, those within values by their path."""
        values = self.meta.get("values")
        if not isinstance(values, dict):
            return {}
        return {name: value for name, value in _leaves(values, "") if not isinstance(value, str)}

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics that it records itself: values in JSON, and properties that are numbers and no parameters."""
        found = {
            name: float(value)
            for is_custom, name, kind, value in self._scalars
            if kind in _NUMBERS
            and not name.startswith(conventions.INTERNAL_PREFIX)
            and not (is_custom and conventions.is_given(name))
        }
        if self._is_told_by_events:
            found = {name: value for name, value in found.items() if name not in conventions.OPENLINEAGE_COUNTS}
        return {**found, **self.json_metrics}

    @property
    def json_values(self) -> dict[str, Scalar]:
        """The scalars that are only inside JSON or a text, such as hyperparameters.learning_rate."""
        rest = {name: value for name, value in self.meta.items() if name not in _KNOWN and name not in self.texts}
        found = dict(_leaves(rest, ""))
        for _, name, kind, value in self._scalars:
            if kind == "struct_value":
                found |= dict(_leaves(json_form.struct(value), f"{name}."))
            elif kind == "bool_value":
                found[name] = "true" if value else "false"
        found |= self._numbers_in_params
        return dict(list(found.items())[:MOST_VALUES]) if len(found) > MOST_VALUES else found

    @property
    def _numbers_in_params(self) -> dict[str, Scalar]:
        """Parameters whose texts are numbers: MLflow's clients write every value as a text."""
        texts = [(name, value) for name, value in self.texts.items() if name.startswith(conventions.PARAM_PREFIX)]
        numbers = {name: float(value) for name, value in texts if _NUMBER.fullmatch(value)}
        return {name: number for name, number in numbers.items() if math.isfinite(number)}

    @property
    def subject_id(self) -> int | None:
        """The id of the model that an evaluation is about."""
        stated = self.texts.get("model_id") or self.meta.get("model_id")
        text = str(stated) if isinstance(stated, (str, int)) else ""
        found = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
        return None if found == self.node.id else found

    @property
    def aliases(self) -> list[str]:
        """The aliases that it has among the versions of its name, in alphabetical order."""
        stated = self.texts.get(conventions.ALIASES)
        return stated.split(",") if stated else []

    @property
    def archived(self) -> int | None:
        """When it was archived, in milliseconds since the epoch; None if it is not."""
        value = self.node.custom_properties.get(conventions.ARCHIVED)
        return int(value.int_value) if value is not None and value.HasField("int_value") else None

    @property
    def words(self) -> str:
        """The text in which a search looks for words: name, uri, labels, text properties and names of columns."""
        node = self.node
        texts = [node.name, getattr(node, "uri", ""), node.external_id, node.type]
        texts += [value for name, value in self.texts.items() if name not in (*_HIDDEN, conventions.COLUMN_NAMES)]
        texts += [f"{name}={value}" for name, value in self.json_labels.items()]
        cut = [text[:_LONGEST_WORD] for text in texts if text]
        cut.append(self.texts.get(conventions.COLUMN_NAMES, "")[: conventions.LONGEST_COLUMN_NAMES])
        return "\n".join(filter(None, cut))[:_LONGEST_WORDS]

    @property
    def metrics_type(self) -> str | None:
        """What kind of evaluation it is."""
        return self.texts.get("metrics_type") or None

    @property
    def data_set_id(self) -> str | None:
        """The id of the data set that an evaluation used, as recorded."""
        return self.texts.get("data_set_id") or None


def _object(text: str | None) -> dict[str, Any]:
    try:
        found = json_text.loads(text, deepest=DEEPEST_JSON, escape=True) if text else None
    except ValueError:
        return {}
    return json_form.record(found)


def _storable(text: str) -> str:
    """Return a text with NUL, which no search can ask for, in the form in which JSON is read."""
    return text.replace("\0", "\\u0000") if "\0" in text else text


def _text(value: Any) -> str:
    """Return a value as text: JSON, or the bare name of a number that JSON lacks."""
    shown = json_form.plain(value)
    return shown if isinstance(shown, str) else json_form.text(shown)


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
            yield path, _text(value)


def _float(number: float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf
