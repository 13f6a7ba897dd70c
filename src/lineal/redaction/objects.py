"""The walk through an object: fields, pairs of name and value, lists of words, and JSON in texts, however deep.

A part without secrets is given back as it is, so a text of JSON keeps its form. What stays out: what a name tells
(`names.py`) and what is in a text (`texts.py`).
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

from lineal import json_text
from lineal.redaction.commands import BETWEEN_WORDS
from lineal.redaction.names import REDACTED, describes_secret, ends_in_secret, is_about_secrets, is_secret
from lineal.redaction.shapes import hide_shapes
from lineal.redaction.texts import hide_in_text, hide_packed

WHOLE_OBJECTS = frozenset(
    {"kubectl.kubernetes.io/last-applied-configuration", "openshift.io/last-applied-configuration"}
)
_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)=")
DEEPEST = 150
"""What has more levels around it is hidden unread."""
_DEEPEST_TEXT = 100
_SHORTEST_SHAPE = 12
_SHORT = 200
_NAMES = ("name", "Name", "key", "Key")
_VALUES = ("value", "Value", "values", "default", "defaultValue", "stringValue", "string_value", "enum", "constant")
_HOLDERS = {"valueFrom": "default", "raw": "data"}
"""Where Argo has the default of a value from elsewhere, and the content of an artifact."""
_HOLDING = frozenset({*_VALUES, *_HOLDERS})
_CONTENTS = frozenset(
    {*_VALUES, "data", "content", "contents", "raw", "text", "string", "literal", "plaintext", "base64", "inline"}
)
_BESIDE_A_REFERENCE = frozenset(
    "name path operator effect optional bucket value values weight endpoint configMap container region namespace "
    "maxAge hit cacheName mode tolerationSeconds".split()
)
_OVER_A_PLACE = frozenset({"s3", "gcs", "oss", "minio", "azure", "hdfs", "memoize", "memoizationStatus", "configMap"})
_OF_TOLERATIONS = frozenset({"operator", "effect"})


def hide_in_object(value: Any, name: str = "", *, inside: bool = False, depth: int = 0) -> Any:
    """Return a value without secrets; the same one if it holds none.

    Args:
        value: any JSON value.
        name: the name of the field that holds it.
        inside: whether a field around it has the name of a secret.
        depth: how many levels are around it.
    """
    if isinstance(value, str):
        return _hide_in_string(value, depth)
    if depth > DEEPEST:
        return REDACTED
    if isinstance(value, dict):
        return _hide_in_fields(value, name, inside=inside or is_about_secrets(name), depth=depth + 1)
    if isinstance(value, list):
        return _hide_in_list(value, name, inside=inside, depth=depth + 1)
    return value


def _hide_in_string(text: str, depth: int) -> str:
    if len(text) < 5:
        return text
    if text.lstrip()[:1] in ("{", "[") and depth <= DEEPEST and (found := _of_json(text, depth)) is not None:
        return found
    cleaned = _hide_in_short_text(text) if len(text) <= _SHORT else _hide_in_plain_text(text, depth)
    return text if cleaned == text else cleaned  # what is remembered may be another object


@lru_cache(maxsize=8192)
def _hide_in_short_text(text: str) -> str:
    """Return a short text without secrets; most short ones come again and again, such as types, names and versions."""
    return _hide_in_plain_text(text, 0)


def _hide_in_plain_text(text: str, depth: int) -> str:
    return hide_packed(text, lambda plain: _hide_in_string(plain, depth + 1)) or hide_in_text(text)


def _of_json(text: str, depth: int) -> str | None:
    """Return a text of JSON without secrets; None if it is no JSON."""
    try:
        value = json_text.loads(text, deepest=_DEEPEST_TEXT)
    except ValueError:
        return None
    cleaned = hide_in_object(value, depth=depth + 1)
    return text if cleaned is value else json.dumps(cleaned, ensure_ascii=False)


def _hide_in_fields(fields: dict[str, Any], name: str, *, inside: bool, depth: int) -> dict[str, Any]:
    secret_name = _name_of_pair(fields)
    is_secret_object = fields.get("kind") == "Secret"
    is_map = ends_in_secret(name) and _is_map_of_secrets(fields)
    changed: dict[str, Any] = {}
    left_out = WHOLE_OBJECTS.intersection(fields)
    for key, value in fields.items():
        if key in left_out:
            continue
        if is_secret_object and key in ("data", "stringData"):
            hidden = _hide_all(value, depth)
        elif secret_name and key in _VALUES:
            hidden = _hide_secret(secret_name, value, depth)
        elif secret_name and key in _HOLDERS and isinstance(value, dict):
            hidden = _hide_held(secret_name, value, depth)
        elif is_map and isinstance(value, str) and is_secret("secret", value):
            hidden = REDACTED
        elif isinstance(value, str) and _is_reference(key, fields, name):
            hidden = hide_in_object(value, depth=depth)
        else:
            hidden = _hide_field(key, value, inside=inside, depth=depth)
        if hidden is not value:
            changed[key] = hidden
    if not changed and not left_out and not any(len(key) >= _SHORTEST_SHAPE and _key(key) != key for key in fields):
        return fields
    return {_key(key): changed.get(key, value) for key, value in fields.items() if key not in left_out}


def _key(key: str) -> str:
    """Return a key without secrets of known shape: an address with a password is the key of what logs in there."""
    if len(key) < _SHORTEST_SHAPE:
        return key
    return _short_key(key) if len(key) <= _SHORT else hide_shapes(key)


_short_key = lru_cache(maxsize=4096)(hide_shapes)


def _is_map_of_secrets(fields: dict[str, Any]) -> bool:
    """Tell whether a mapping names nothing but secrets, as `tokens: {alice: ..., bob: ...}` does."""
    return all(isinstance(value, str) for value in fields.values()) and not any(
        describes_secret(field) for field in fields
    )


def _hide_field(key: str, value: Any, *, inside: bool, depth: int) -> Any:
    if isinstance(value, str):
        if is_secret(key, value) or (inside and key in _CONTENTS and value and is_secret("secret", value)):
            return REDACTED
        return _hide_in_string(value, depth)
    if isinstance(value, int | float):
        return REDACTED if is_secret(key, value) else value
    return hide_in_object(value, key, inside=inside, depth=depth)


def _name_of_pair(fields: dict[str, Any]) -> str:
    """Return the name of a variable, a parameter or a header that has the name of a secret, else ""."""
    if _OF_TOLERATIONS.intersection(fields):
        return ""
    named = next(filter(_is_text, map(fields.get, _NAMES)), "")
    if "valueFrom" in fields and fields.get("value"):
        return "secret"
    return named if named and not _HOLDING.isdisjoint(fields) and is_about_secrets(named) else ""


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _hide_secret(name: str, value: Any, depth: int) -> Any:
    """Hide the value of a name, or all values in it."""
    if depth > DEEPEST:
        return REDACTED
    if isinstance(value, dict):
        hidden: Any = {key: _hide_secret(name, each, depth + 1) for key, each in value.items()}
    elif isinstance(value, list):
        hidden = [_hide_secret(name, each, depth + 1) for each in value]
    else:
        return REDACTED if is_secret(name, value) else hide_in_object(value, depth=depth)
    return value if hidden == value else hidden


def _hide_held(name: str, holder: dict[str, Any], depth: int) -> dict[str, Any]:
    """Hide the value of a name that another mapping holds."""
    kept = hide_in_object(holder, depth=depth)
    hidden = {
        key: _hide_secret(name, value, depth) if key in _HOLDERS.values() else value for key, value in kept.items()
    }
    return holder if hidden == holder else hidden


def _hide_all(value: Any, depth: int) -> Any:
    if isinstance(value, dict) and depth <= DEEPEST:
        return {key: _hide_all(each, depth + 1) for key, each in value.items()}
    return [_hide_all(each, depth + 1) for each in value] if isinstance(value, list) and depth <= DEEPEST else REDACTED


def _is_reference(key: str, fields: dict[str, Any], name: str) -> bool:
    """Tell whether a field names an entry of another object, a label or a place in a bucket."""
    if key != "key":
        return key == "secretKey" and "remoteRef" in fields
    return name in _OVER_A_PLACE or name.endswith(("Ref", "Selector")) or bool(_BESIDE_A_REFERENCE.intersection(fields))


def _hide_in_list(values: list[Any], name: str, *, inside: bool, depth: int) -> list[Any]:
    if values and all(isinstance(value, str) for value in values):
        cleaned = [REDACTED if name and is_secret(name, word) else word for word in values]
        cleaned = _hide_between_words([_hide_in_word(word, depth) for word in cleaned])
    else:
        cleaned = [hide_in_object(value, name, inside=inside, depth=depth) for value in values]
    return values if all(one is other or one == other for one, other in zip(cleaned, values, strict=True)) else cleaned


def _hide_in_word(word: str, depth: int) -> str:
    """Hide what is secret in one word of a command; after `--name=` all is value."""
    flag = _FLAG.match(word)
    if not flag:
        return _hide_in_string(word, depth)
    rest = word[flag.end() :]
    return flag[0] + (REDACTED if is_secret(flag[1], rest) else _hide_in_string(rest, depth))


def _hide_between_words(words: list[str]) -> list[str]:
    """Hide the value after the word `--password`, and what `mysql` gets after `-p`; JSON is clean already."""
    if len(words) < 2 or any(BETWEEN_WORDS in word for word in words):
        return words
    shown = ["{}" if _is_json(word) else word for word in words]
    cleaned = hide_in_text(BETWEEN_WORDS + BETWEEN_WORDS.join(shown)).split(BETWEEN_WORDS)[1:]
    if len(cleaned) != len(words):
        return words
    return [word if after == before else after for word, before, after in zip(words, shown, cleaned, strict=True)]


def _is_json(word: str) -> bool:
    return word[:1] in ("{", "[") and not word.startswith("{{")
