"""Take out of an event what must not be stored or sent on: secrets, and characters that not every database holds.

Secrets are found as the watcher finds them (lineal/redaction): variables and settings whose names tell of one, tokens
of known shape, passwords in URLs, SQL and scripts, in facets that nobody knows too. What names a run, a job or a data
set is kept, since another name would be another node. Only the user and the password of a URL are taken off it, and its
parameters whose names tell of a secret, so the name is the same whoever logs in. What stays out: the checks
(checks.py), and how large a facet may be (facets.py).
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from lineal.openlineage.pointers import EventError, Path, pointer_to
from lineal.redaction import hide_in_object
from lineal.redaction.objects import DEEPEST

_ODD = re.compile(r"\\u(?:0000|d[89a-f])")
_ODD_CHARACTERS = re.compile("[\0\ud800-\udfff]")
_SURROGATE_PAIRS = re.compile(r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}")
_NAMES = ("namespace", "name")
_LOGIN = re.compile(r"\A((?:[A-Za-z][A-Za-z0-9+.-]*:){1,3}//)[^/?#@:]*:(?:[^/?#]*@|(?!\d{1,5}[/?#])[^?#\s]*@)")
_PARAMETER = re.compile(r"(?<=[?&;])([\w.-]{1,100})=[^?&;#]*[&;]?")
_TELLS_OF_SECRET = re.compile(
    r"(?:passw(?:or)?d|pwd|secret|token|signature|credentials?|(?:secret|access|account)[_-]?key|\bsig)\Z",
    re.IGNORECASE,
)
MOST_NOTES = 100


class Hidden(NamedTuple):
    """An event that may be stored.

    Attributes:
        event: the event; the one that was given if nothing was taken out.
        notes: what was taken out and where, at most MOST_NOTES of it.
    """

    event: Any
    notes: tuple[str, ...]


def hidden(given: Any) -> Hidden:
    """Return an event without secrets and odd characters. The given one is not changed.

    Raises:
        EventError: the event is no JSON value, or nested too deeply.
    """
    notes: list[str] = []
    cleaned = _storable(given, notes)
    safe = hide_in_object(cleaned)
    if safe is not cleaned:
        safe = _with_names(cleaned, safe, (), notes)
    return Hidden(safe, tuple(notes[:MOST_NOTES]))


def _storable(given: Any, notes: list[str]) -> Any:
    """Return the event without odd characters below facets; those in names are left for the checks to refuse."""
    try:
        text = json.dumps(given, allow_nan=False)
    except RecursionError:
        raise EventError("", "is nested too deeply; leave out facets with hundreds of levels") from None
    except (TypeError, ValueError):
        raise EventError("", "is no JSON value; a number may be NaN or infinite") from None
    if not _ODD.search(text) or not _ODD.search(_SURROGATE_PAIRS.sub("", text)):
        return given
    return _without_odd(given, (), notes)


def _without_odd(value: Any, path: Path, notes: list[str]) -> Any:
    if isinstance(value, str):
        if len(path) <= 4 and path[-1:] in (("runId",), ("namespace",), ("name",)) and "facets" not in path:
            return value
        found = _ODD_CHARACTERS.sub("", value)
        if found != value:
            notes.append(f"{pointer_to(path)}: characters that not every database holds")
        return found
    if isinstance(value, dict):
        return {
            _ODD_CHARACTERS.sub("", key): _without_odd(each, (*path, _ODD_CHARACTERS.sub("", key)), notes)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_without_odd(each, (*path, place), notes) for place, each in enumerate(value)]
    return value


def _with_names(before: Any, after: Any, path: Path, notes: list[str]) -> Any:
    """Return a value without secrets, with the names that it had before, and note what is different."""
    if after is before:
        return after
    if isinstance(before, dict) and isinstance(after, dict) and len(before) == len(after):
        is_named = all(isinstance(before.get(name), str) for name in _NAMES)
        pairs = zip(before.items(), after.items(), strict=True)
        return {
            new_key: _name(old, (*path, key), notes)
            if (is_named and key in _NAMES) or (key == "runId" and isinstance(old, str))
            else _with_names(old, new, (*path, new_key), notes)
            for (key, old), (new_key, new) in pairs
        }
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pieces = enumerate(zip(before, after, strict=True))
        return [_with_names(old, new, (*path, place), notes) for place, (old, new) in pieces]
    if before != after:
        notes.append(f"{pointer_to(path)}: {'a secret' if len(path) < DEEPEST else 'nested too deeply'}")
    return after


def _name(text: str, path: Path, notes: list[str]) -> str:
    """Return a name; without the login that its URL has, which is another one for everybody."""
    found = _LOGIN.sub(r"\1", text)
    if found != text:
        notes.append(f"{pointer_to(path)}: the user and the password of a URL")
    plain = _PARAMETER.sub(lambda pair: "" if _TELLS_OF_SECRET.search(pair[1]) else pair[0], found)
    if plain == found:
        return found
    notes.append(f"{pointer_to(path)}: a secret among the parameters of a URL")
    return plain.rstrip("?&;")
