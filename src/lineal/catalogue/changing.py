"""Changes of records as people make them: the calls of the service, and their answers as shapes.

What stays out: the rules (service/writes), and what a patch means (lineal/record_patch.py).
"""

from __future__ import annotations

from typing import Any

from lineal import json_form, record_tags
from lineal.catalogue import cards, shapes
from lineal.kinds import KINDS, Kind
from lineal.service import MetadataService
from lineal.service.access import Caller
from lineal.service.known_types import KnownTypes
from lineal.service.messages import readable_messages
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.wire import records


def change(service: MetadataService, caller: Caller, kind: Kind, node_id: int, patch: str, *, tag: str | None) -> None:
    """Change a node by a JSON merge patch, if it has the tag that is given, if one is.

    Raises:
        FailedPreconditionError: its tag is another one.
        StatusError: the change is refused.
    """
    request = records.ChangeNodesRequest(kind=kind.name.upper(), ids=[node_id], patch=patch)
    request.tags.extend([] if tag is None else [tag])
    service.call("ChangeNodes", request, caller=caller)


def difference(session: Session, types: KnownTypes, kind: Kind, node_id: int, known: str) -> dict[str, Any]:
    """Return what of a node is different from the one with the tag `known`: `changed`, `removed`, and the `tag` now.

    `changed` are values by the name of their field, None if the tag does not tell; `removed` is how many are gone.
    """
    rows = node_rows.nodes_by_ids(session, kind, [node_id])
    [node] = readable_messages(session, types, kind, rows) or [kind.node()]
    found = record_tags.difference(known, node)
    told: dict[str, Any] = {"tag": record_tags.tag(node)}
    if found is None:
        return told
    changed = {name: _value(kind, node, name) for name in found.fields} if found.is_complete else None
    return {**told, "changed": changed, "removed": found.removed}


def _value(kind: Kind, node: Any, name: str) -> Any:
    """Return a field of a node as JSON can hold it."""
    prefix, _, inner = name.partition(".")
    if inner:
        value = cards.value_of(getattr(node, prefix)[inner])
        return json_form.plain(getattr(value, "value", None), wide_as_text=True)
    if name == kind.state_field:
        return cards.state_of(kind, node)
    return getattr(node, name)


def put_alias(service: MetadataService, caller: Caller, artifact_id: int, alias: str) -> shapes.NewAlias:
    """Give an alias to an artifact, and take it from the version that has it.

    Raises:
        StatusError: it is refused.
    """
    response: Any = service.call(
        "PutAlias", records.PutAliasRequest(artifact_id=artifact_id, alias=alias), caller=caller
    )
    previous = response.previous_artifact_id if response.HasField("previous_artifact_id") else None
    return shapes.NewAlias(alias, artifact_id, previous)


def delete_alias(service: MetadataService, caller: Caller, artifact_id: int, alias: str) -> None:
    """Take an alias from an artifact.

    Raises:
        StatusError: it is refused.
    """
    service.call("DeleteAlias", records.DeleteAliasRequest(artifact_id=artifact_id, alias=alias), caller=caller)


def undo(service: MetadataService, caller: Caller, audit_id: int) -> tuple[Kind, int]:
    """Undo the change of an entry of the audit log; return the node.

    Raises:
        StatusError: it is refused.
    """
    response: Any = service.call("UndoChange", records.UndoChangeRequest(audit_id=audit_id), caller=caller)
    [changed] = [(kind, node.id) for kind in KINDS for node in getattr(response, kind.plural)]
    return changed
