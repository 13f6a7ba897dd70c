"""What the keys and values of parameters, tags and metrics can be: what MLflow's server takes.

A key may name a file in other stores of MLflow, so it has to be a path that stays the same when it is tidied.
"""

from __future__ import annotations

import posixpath
import re

from lineal import errors

LONGEST_KEY = 250
LONGEST_PARAM_KEY = 249
"""With its prefix, the name of a property has 255 characters, as many as stores of the official library take."""
LONGEST_PARAM = 6000
LONGEST_TAG = 8000
LONGEST_REGISTRY_TAG = 100_000
_ALLOWED = re.compile(r"[\w\-.:/\s]*")


def check_key(key: str, place: str, *, longest: int = LONGEST_KEY) -> None:
    """Refuse a key that no parameter, tag or metric can have.

    Args:
        key: the key.
        place: the field that it is in, such as `params[1].key`.
        longest: how many characters it can have.

    Raises:
        InvalidArgumentError: it has other characters, is no tidy path, or is too long.
    """
    check_form(key, place)
    check_length(key, place, longest=longest)


def check_form(key: str, place: str) -> None:
    """Refuse a key that no parameter, tag or metric can have, but for its length.

    Raises:
        InvalidArgumentError: it has other characters, or is no tidy path.
    """
    if not _ALLOWED.fullmatch(key):
        raise _refused(place, key, "use letters, digits, underscores, dashes, points, colons, slashes and blanks alone")
    tidy = posixpath.normpath(key) if key else "."
    if tidy != key or tidy in (".", "..") or tidy.startswith(("/", "../")):
        raise _refused(
            place, key, f"as the path of a file it would be {tidy!r}; use a name that is a path inside a folder"
        )


def check_length(key: str, place: str, *, longest: int) -> None:
    """Refuse a key that is too long; whatever else it is, a logged model can have it.

    Raises:
        InvalidArgumentError: it has more characters than `longest`.
    """
    if len(key) > longest:
        raise _refused(place, key, f"it has {len(key)} characters; use up to {longest}")


def check_registry_value(value: str) -> None:
    """Refuse a value that no tag of a registered model or of a version can have.

    Raises:
        InvalidArgumentError: it is too long.
    """
    if len(value) > LONGEST_REGISTRY_TAG:
        raise errors.InvalidArgumentError(
            f"'value' has {len(value)} characters; use up to {LONGEST_REGISTRY_TAG}", errors.Details(parameter="value")
        )


def _refused(place: str, key: str, why: str) -> errors.InvalidArgumentError:
    shown = key if len(key) <= 60 else f"{key[:60]}..."
    return errors.InvalidArgumentError(f"{place!r} cannot be {shown!r}: {why}", errors.Details(parameter=place))
