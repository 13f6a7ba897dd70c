"""The rules of aliases: among the versions of a name, one has an alias, and it moves at once.

Versions of a name are artifacts of the same workspace, type and name. An alias is a row of a table of its own, which
holds at most one for a name; the property `__aliases__` of the artifacts repeats it, so that clients of ML Metadata see
it. Aliases of one name change one after the other. What stays out: reading aliases (reads/get_aliases.py).
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from typing import Any

from lineal import conventions, errors
from lineal.kinds import ARTIFACT
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.messages import node_messages
from lineal.service.writes.node_fields import label
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import aliases as alias_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.aliases import AliasRow
from lineal.store.schema import locks
from lineal.store.workspaces.scoped_session import ScopedSession
from lineal.wire import metadata_store as pb
from lineal.wire import records

LONGEST_ALIAS = 255
PROMOTED, LOST, DEMOTED = "promote", "lose alias", "remove alias"
_NOTHING = pb.Value()
_MASK = UpdateOptions(mask=(f"custom_properties.{conventions.ALIASES}",))


def put_alias(session: Session, types: KnownTypes, request: records.PutAliasRequest) -> records.PutAliasResponse:
    """Give an alias to an artifact, and take it from the version that has it.

    Raises:
        InvalidArgumentError: the alias is no text that can be one, or the artifact has no name.
        NotFoundError: the artifact does not exist.
    """
    _check(request.alias)
    artifact, wanted = locked(session, types, request.artifact_id, request.alias)
    previous = alias_rows.holder(session, wanted.identity, wanted.alias)
    for outdated in alias_rows.of_artifacts(session, [artifact.id]):
        if outdated.alias == wanted.alias and outdated.identity != wanted.identity:
            alias_rows.delete(session, outdated.identity, outdated.alias)  # it had another name then
    alias_rows.put(session, wanted)
    holders = {artifact.id} if previous is None else {artifact.id, previous.artifact_id}
    _show(session, types, holders, promoted=wanted)
    response = records.PutAliasResponse(alias=message(wanted, artifact.type))
    old = {"alias": request.alias, "artifact_id": previous.artifact_id} if previous is not None else None
    if previous is not None:
        response.previous_artifact_id = previous.artifact_id
    new = {"alias": request.alias, "artifact_id": artifact.id}
    _note(session, PROMOTED, artifact.id, old, new)
    if previous is not None and previous.artifact_id != artifact.id:
        _note(session, LOST, previous.artifact_id, old, new)  # so that its history says it, too
    return response


def delete_alias(
    session: Session, types: KnownTypes, request: records.DeleteAliasRequest
) -> records.DeleteAliasResponse:
    """Take an alias from an artifact.

    Raises:
        NotFoundError: the artifact does not exist, or does not have the alias.
    """
    artifact, wanted = locked(session, types, request.artifact_id, request.alias)
    held = [row for row in alias_rows.of_artifacts(session, [artifact.id]) if row.alias == wanted.alias]
    if not held:
        present = alias_rows.holder(session, wanted.identity, wanted.alias)
        has = f"artifact {present.artifact_id} has it" if present is not None else "no version of its name has it"
        raise errors.NotFoundError(f"{label(ARTIFACT, artifact)} does not have the alias {request.alias!r}; {has}")
    for row in held:  # also those from when it had another name
        alias_rows.delete(session, row.identity, row.alias)
    _show(session, types, {artifact.id})
    _note(session, DEMOTED, artifact.id, {"alias": request.alias, "artifact_id": artifact.id}, None)
    return records.DeleteAliasResponse()


def take_aliases(session: Session, types: KnownTypes, ids: Sequence[int]) -> None:
    """Take all aliases from artifacts."""
    rows = alias_rows.of_artifacts(session, ids)
    for row in rows:
        locks.take(session, locks.of_identity(row.identity))
        alias_rows.delete(session, row.identity, row.alias)
        _note(session, DEMOTED, row.artifact_id, {"alias": row.alias, "artifact_id": row.artifact_id}, None)
    if rows:
        _show(session, types, {row.artifact_id for row in rows})


def rename_aliases(session: Session, types: KnownTypes, ids: Sequence[int]) -> None:
    """Keep the aliases of artifacts whose name has changed, and since when they have them, under the new name.

    Raises:
        AlreadyExistsError: another version of the new name has one of them.
    """
    for row in alias_rows.of_artifacts(session, ids):
        _, wanted = locked(session, types, row.artifact_id, row.alias)
        taken = alias_rows.holder(session, wanted.identity, row.alias)
        if taken is not None and taken.artifact_id != row.artifact_id:
            raise errors.AlreadyExistsError(
                f"artifact {taken.artifact_id} is a version of {wanted.name[:100]!r} too, and has the alias "
                f"{row.alias!r}; take it from one of them first"
            )
        alias_rows.delete(session, row.identity, row.alias)
        alias_rows.put(session, wanted._replace(time=row.time))


def _check(alias: str) -> None:
    if not alias or alias != alias.strip():
        raise errors.InvalidArgumentError(f"{alias!r} is no alias: give a text without blanks at its ends")
    if len(alias) > LONGEST_ALIAS:
        raise errors.InvalidArgumentError(f"an alias has at most {LONGEST_ALIAS} characters, and this has {len(alias)}")
    if "," in alias or any(unicodedata.category(character).startswith("C") for character in alias):
        raise errors.InvalidArgumentError(f"{alias!r} is no alias: it has a comma or a control character")


def locked(session: Session, types: KnownTypes, artifact_id: int, alias: str) -> tuple[Any, AliasRow]:
    """Return an artifact and its row of an alias; until the transaction ends, nobody else moves aliases of its name."""
    found = node_messages(session, types, ARTIFACT, node_rows.nodes_by_ids(session, ARTIFACT, [artifact_id]))
    if not found:
        raise errors.NotFoundError(f"no artifact has the id {artifact_id}; nothing was changed")
    [artifact] = found
    name = name_of(artifact)
    if not name:
        raise errors.InvalidArgumentError(
            f"{label(ARTIFACT, artifact)} has no name; an alias stands for one of the versions of a name"
        )
    workspace = _workspace_of(artifact)
    if isinstance(session, ScopedSession) and workspace and workspace not in session.scope.names:
        raise errors.PermissionDeniedError(
            f"{label(ARTIFACT, artifact)} is in the workspace {workspace!r}, and these credentials change the "
            f"aliases of {session.scope.shown} alone"
        )
    if not (workspace or session.sees_all):
        raise errors.PermissionDeniedError(
            f"{label(ARTIFACT, artifact)} names no workspace, so its aliases are those of the whole store; give it the "
            f"custom property {conventions.WORKSPACE_PROPERTY}, or use credentials for the whole store"
        )
    identity = identity_of(workspace, artifact.type_id, name)
    locks.take(session, locks.of_identity(identity))
    if not node_rows.ids_to_link(session, ARTIFACT, [artifact_id]):
        raise errors.AbortedError(f"artifact {artifact_id} was deleted at this moment; nothing was changed")
    return artifact, AliasRow(identity, alias, artifact_id, workspace, artifact.type_id, name, now())


def _workspace_of(artifact: Any) -> str:
    return str(artifact.custom_properties.get(conventions.WORKSPACE_PROPERTY, _NOTHING).string_value)


def name_of(artifact: Any) -> str:
    """Return the name whose version an artifact is: that of the SDK's record, or else of the node.

    A logged model of MLflow is a version of no name: a registered model may have the same one.
    """
    if conventions.is_logged_model(artifact.external_id):
        return str(artifact.external_id)
    return str(artifact.properties.get("name", _NOTHING).string_value or artifact.name)


def identity_of(workspace: str, type_id: int, name: str) -> str:
    """Return the digest of what versions have in common."""
    return hashlib.sha256(json.dumps([workspace, type_id, name]).encode()).hexdigest()


def message(row: AliasRow, type_name: str) -> records.Alias:
    """Return an alias as a message."""
    return records.Alias(
        alias=row.alias,
        artifact_id=row.artifact_id,
        workspace=row.workspace,
        type_name=type_name,
        name=row.name,
        time=row.time,
    )


def _show(session: Session, types: KnownTypes, ids: set[int], *, promoted: AliasRow | None = None) -> None:
    """Repeat the aliases of artifacts in their property; the entry of the audit log says it, so nothing else does.

    Raises:
        AbortedError: the promoted artifact got another name or workspace after it was read.
    """
    held: dict[int, list[str]] = {artifact_id: [] for artifact_id in ids}
    for row in alias_rows.of_artifacts(session, ids):
        held[row.artifact_id].append(row.alias)
    tracker, session.tracker = session.tracker, None
    try:
        present = node_rows.ask_to_update(session, ARTIFACT, sorted(ids))()
        for artifact in node_messages(session, types, ARTIFACT, present):
            if promoted is not None and artifact.id == promoted.artifact_id:
                _require_identity(artifact, promoted)
            artifact.custom_properties.pop(conventions.ALIASES, None)
            if held[artifact.id]:
                artifact.custom_properties[conventions.ALIASES].string_value = ",".join(held[artifact.id])
            write_nodes(session, types, ARTIFACT, [artifact], _MASK)
    finally:
        session.tracker = tracker


def _require_identity(artifact: Any, wanted: AliasRow) -> None:
    if identity_of(_workspace_of(artifact), artifact.type_id, name_of(artifact)) != wanted.identity:
        raise errors.AbortedError(
            f"{label(ARTIFACT, artifact)} got another name or workspace at this moment; nothing was changed; try again"
        )


def _note(
    session: Session, action: str, artifact_id: int, old: dict[str, Any] | None, new: dict[str, Any] | None
) -> None:
    if session.tracker is not None:
        session.tracker.replaced(action, ARTIFACT.name, artifact_id, old, new)
