"""The rules of reading aliases: those of artifacts, or those of the versions of a name."""

from __future__ import annotations

from collections.abc import Sequence

from lineal import errors
from lineal.kinds import ARTIFACT
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_aliases import identity_of, message
from lineal.store.engine.session import Session
from lineal.store.rows import aliases as alias_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows.aliases import AliasRow
from lineal.wire import records


def get_aliases(session: Session, types: KnownTypes, request: records.GetAliasesRequest) -> records.GetAliasesResponse:
    """Answer the aliases that are wanted, of artifacts that the caller sees; none of what does not exist.

    Raises:
        InvalidArgumentError: the request names neither artifacts nor a type and a name.
    """
    if not request.artifact_ids and not (request.type_name and request.name):
        raise errors.InvalidArgumentError("the request names nothing; give artifact_ids, or type_name and name")
    rows = _wanted(session, types, request) if alias_rows.are_kept(session) else []
    shown = node_rows.existing_ids(session, ARTIFACT, {row.artifact_id for row in rows})
    types.load(session, {row.type_id for row in rows})
    found = [message(row, types.name(session, row.type_id)) for row in rows if row.artifact_id in shown]
    return records.GetAliasesResponse(aliases=found)


def _wanted(session: Session, types: KnownTypes, request: records.GetAliasesRequest) -> Sequence[AliasRow]:
    if request.artifact_ids:
        rows = alias_rows.of_artifacts(session, set(request.artifact_ids))
    else:
        type_id = types.id_of(session, ARTIFACT, request.type_name, "")
        if type_id is None:
            return []
        rows = alias_rows.of_identity(session, identity_of(request.workspace, type_id, request.name))
    return [row for row in rows if not request.alias or row.alias == request.alias]
