"""What the audit log adds to answers about one record: who recorded it, what was changed since, that it was deleted.

What stays out: reading the log (upkeep/recorded.py, upkeep/history.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lineal import errors
from lineal.catalogue import shapes
from lineal.kinds import ARTIFACT, Kind
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.upkeep.history import missing
from lineal.upkeep.recorded import recorded

_Key = tuple[Kind, int]


def node(service: MetadataService, caller: Caller, read: Callable[[], shapes.Node], *, key: _Key) -> shapes.Node:
    """Return the node that a function reads, with what the log says of it.

    Raises:
        NotFoundError: the caller sees no such node; if the caller may know that it was deleted, a DeletedRecordError.
    """
    try:
        found = read()
    except errors.NotFoundError as error:
        raise missing(service, *key, caller) from error
    said = recorded(service, *key, caller)
    if said is None:
        return found
    return replace(found, recorded_by=said.by, changed_since=said.changed, deleted_outputs=said.deleted_outputs)


def with_digest(
    service: MetadataService, caller: Caller, found: shapes.RecordFiles, *, key: _Key
) -> shapes.RecordFiles:
    """Return a page of the files of an artifact that says whether the digest in the record was changed or removed."""
    has_digest = found.recorded_digest is not None or not found.path
    said = recorded(service, *key, caller) if key[0] is ARTIFACT and has_digest else None
    if said is None or said.changed is None:
        return found
    is_changed = "digest" in said.changed
    return replace(found, is_digest_changed=is_changed if is_changed or found.recorded_digest else None)
