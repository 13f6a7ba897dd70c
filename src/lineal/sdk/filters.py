"""Conditions in the filter language, written so that any text of a caller stays a text.

A condition finds at least what is meant; the caller checks the records found. What stays out: running queries.
"""

from __future__ import annotations

import re
from typing import Any

from lineal import json_text
from lineal.sdk import labels as label_texts
from lineal.sdk import stored_form
from lineal.wire import metadata_store as pb

_ESCAPED = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_VARIABLE = re.compile(r"[^A-Za-z0-9 .,:;=+\-_]+")
_BARE = re.compile(r"-?[0-9]|true$|false$|NaN$|-?Infinity$")
_LONGEST_PATTERN = 200
_FIELD_NAMES = frozenset(field.name for field in pb.Artifact.DESCRIPTOR.fields)


def literal(text: str) -> str:
    """Return a text as a string literal."""
    return "'" + "".join(_ESCAPED.get(character, character) for character in text) + "'"


def is_plain(text: str) -> bool:
    """Say whether every MLMD server compares the text correctly in a filter.

    The official one never matches a text with a backslash or a control character, and takes one that is the name of a
    field for that field.
    """
    return text.isprintable() and not set(text) & set("\\'\"`") and text not in _FIELD_NAMES


def property_equals(name: str, text: str) -> str:
    """Return the condition that a string property has this value."""
    return f"properties.`{name}`.string_value = {literal(text)}"


def custom_property_equals(name: str, text: str) -> str:
    """Return the condition that a custom string property has this value."""
    return f"custom_properties.`{name}`.string_value = {literal(text)}"


def in_workspace(name: str) -> str:
    """Return the condition that an artifact belongs to a workspace."""
    return custom_property_equals(stored_form.WORKSPACE_PROPERTY_NAME, name)


def has_property(name: str) -> str:
    """Return the condition that a string property is there."""
    return f"properties.`{name}`.string_value LIKE '%'"


def mentions_label(property_name: str, key: str, value: Any) -> str:
    """Return the condition that the JSON in a property can hold this label.

    Whatever JSON may write in more than one way (escapes, letters beyond ASCII, blanks around the colon) is a wildcard,
    and so are its quotation marks, which not every server compares rightly. A number is also looked for without them,
    as the original SDK wrote it, and by its first digit, since 1 and 1.0 are the same.
    """
    spellings = (f"%_{_pattern(key)}_{colon}{text}%" for text in _value_patterns(value) for colon in (": ", ":", " :%"))
    return "(" + " OR ".join(f"properties.`{property_name}`.string_value LIKE '{each}'" for each in spellings) + ")"


def _value_patterns(value: Any) -> list[str]:
    text = label_texts.as_text(value)
    if text is None:
        return [""]
    bare = _BARE.match(text)
    return [f"_{_pattern(text)}_", bare[0]] if bare else [f"_{_pattern(text)}_"]


def _pattern(text: str) -> str:
    """Return the pattern of LIKE for a text inside a JSON string; the end of a long one is a wildcard."""
    return _VARIABLE.sub("%", text[:_LONGEST_PATTERN]) + ("%" if len(text) > _LONGEST_PATTERN else "")


def label_matches(labels: Any, key: str, value: Any) -> bool:
    """Tell whether the labels of a record, a mapping or its JSON, hold this one."""
    if isinstance(labels, str):
        try:
            labels = json_text.loads(labels)
        except ValueError:
            return False
    if not isinstance(labels, dict) or key not in labels:
        return False
    return label_texts.same(labels[key], value)
