"""Tags of nodes: short texts that are equal as long as a node is, and that say what is different when it is not.

A tag holds the time of the last update, and of each field a digest of its name and one of its value. So a caller that
has read a node can have a change made only to the node as it was, and learns which fields are different now.
What stays out: asking for it (service/writes/change_nodes.py), and HTTP's ETag (server/rest).
"""

from __future__ import annotations

import base64
import binascii
from hashlib import blake2b
from typing import Any, NamedTuple

_BYTES = 3
_MOST_FIELDS = 100
_FIELDS = ("type_id", "name", "uri", "external_id", "state", "last_known_state")


class Difference(NamedTuple):
    """What is different since a tag was made.

    Attributes:
        fields: the names of fields that are new or have other values, in order.
        removed: how many fields are gone.
        is_complete: whether the fields are known; a tag of very many fields knows only that something is different.
    """

    fields: list[str]
    removed: int
    is_complete: bool = True


def tag(node: Any) -> str:
    """Return the tag of a node, given as a message; letters, digits, "-", "_" and "." only."""
    fields = _digests(node)
    found = b"".join(sorted(name + value for name, value in fields.values()))
    if len(fields) > _MOST_FIELDS:
        return f"{node.last_update_time_since_epoch:x}..{_text(_digest(found, 12))}"
    return f"{node.last_update_time_since_epoch:x}.{_text(found)}"


def difference(known: str, node: Any) -> Difference | None:
    """Return what of a node is different from the one with the tag `known`, None if nothing is."""
    if known == tag(node):
        return None
    fields = _digests(node)
    before = _read(known)
    if before is None or len(fields) > _MOST_FIELDS:
        return Difference([], 0, is_complete=False)
    changed = sorted(name for name, (key, value) in fields.items() if before.get(key) != value)
    present = {key for key, _ in fields.values()}
    return Difference(changed, len(before.keys() - present))


def _read(known: str) -> dict[bytes, bytes] | None:
    """Return the digests in a tag; None if it has none."""
    _, separator, text = known.partition(".")
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return None
    if not (separator and found) or text.startswith(".") or len(found) % (2 * _BYTES):
        return None
    pieces = [found[start : start + 2 * _BYTES] for start in range(0, len(found), 2 * _BYTES)]
    return {piece[:_BYTES]: piece[_BYTES:] for piece in pieces}


def _digests(node: Any) -> dict[str, tuple[bytes, bytes]]:
    """Return the digests of the name and the value of each field of a node."""
    names = {field.name for field in node.DESCRIPTOR.fields}
    found = {name: repr(getattr(node, name)).encode() for name in _FIELDS if name in names and node.HasField(name)}
    for prefix, properties in (("properties", node.properties), ("custom_properties", node.custom_properties)):
        for name, value in properties.items():
            found[f"{prefix}.{name}"] = value.SerializeToString(deterministic=True)
    return {name: (_digest(name.encode(), _BYTES), _digest(value, _BYTES)) for name, value in found.items()}


def _digest(data: bytes, size: int) -> bytes:
    return blake2b(data, digest_size=size).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
