"""Paths of files below an artifacts root: which are allowed, and the folder of a workspace.

A path is relative, with slashes between its parts. What stays out: links, which only a folder has (folder.py).
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import unquote

from lineal import errors

UPLOADS = ".lineal-uploads"
"""The folder below the root in which uploads wait until they are complete; no path leads into it."""
LONGEST_PATH = 4096
LONGEST_PART = 255
_KEPT_HERE = re.compile(r"mlflow-artifacts:/(?://(?!/)|(?!/))([^?]*)")
"""The URI of what is below the artifacts root: without a host, or with an empty one."""
_MOST_ENCODINGS = 16
_DRIVE = re.compile(r"[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN_NAME = re.compile(r"[^\s.~%/\\:\x00-\x1f\x7f](?:[^%/\\:\x00-\x1f\x7f]*[^\s.%/\\:\x00-\x1f\x7f])?")


def parts_of(path: str) -> tuple[str, ...]:
    """Return the parts of a path; "" has none and means the root itself.

    A path that becomes another one when it is decoded once more (`%2f`, `%2e%2e`, `%252e`) is refused as well, since a
    proxy may have left it undecoded, or something behind Lineal may decode it again.

    Raises:
        InvalidArgumentError: the path leads out of the root, or could be read as another path.
    """
    if not path:
        return ()
    parts = tuple(path.split("/"))
    reason = _fault(path, parts)
    if reason:
        raise errors.InvalidArgumentError(
            f"Invalid path {path[:200]!r}: {reason}; give a relative path such as models/weights.bin",
            errors.Details(parameter="path"),
        )
    return parts


def is_allowed(path: str) -> bool:
    """Tell whether `parts_of` takes a path."""
    return not path or not _fault(path, tuple(path.split("/")))


def _fault(path: str, parts: tuple[str, ...]) -> str:
    """Return what is wrong with a path, or ""."""
    try:
        sizes = [len(part.encode()) for part in parts]
    except UnicodeEncodeError:
        return "it is not UTF-8"
    if sum(sizes) + len(sizes) > LONGEST_PATH or max(sizes) > LONGEST_PART:
        return f"it is longer than {LONGEST_PATH} bytes, or one of its parts longer than {LONGEST_PART}"
    if parts[0].casefold() == UPLOADS:
        return f"{UPLOADS} is for uploads that are not complete"
    for _ in range(_MOST_ENCODINGS):
        if reason := _fault_as_it_is(path, len(parts)):
            return reason
        decoded = unquote(path)
        if decoded == path:
            return ""
        path = decoded
    return "it is encoded too often"


def _fault_as_it_is(path: str, count: int) -> str:
    parts = path.split("/")
    if _DRIVE.match(path):
        return "it begins with a drive"
    if path.startswith("/"):
        return "it is absolute"
    if _CONTROL.search(path):
        return "it holds a control character"
    if "\\" in path:
        return "it holds a backslash"
    if "" in parts:
        return "one of its parts is empty"
    if {".", ".."} & set(parts):
        return "one of its parts is . or .."
    return "" if len(parts) == count else "it holds an encoded slash"


def path_of_uri(uri: str) -> str | None:
    """Return the path below the artifacts root that a URI names, or None if it names another place."""
    found = _KEPT_HERE.match(uri)
    return found and found[1]


def workspace_folder(name: str) -> str:
    """Return the folder below the root that holds the files of a workspace: its name, if that can be a folder's.

    Other names (with a slash, say) become `~` and the beginning of their SHA-256, which no name can imitate.
    """
    is_plain = _PLAIN_NAME.fullmatch(name) and len(name.encode("utf-8", "replace")) <= LONGEST_PART
    if is_plain and not _has_surrogates(name):
        return name
    return "~" + hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _has_surrogates(text: str) -> bool:
    return any(0xD800 <= ord(character) < 0xE000 for character in text)
