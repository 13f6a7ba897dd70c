"""The routes to the audit log: all of it, and the history of one record."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from lineal.catalogue import Catalogue
from lineal.conventions import AuditAction, AuditSubject
from lineal.kinds import KINDS, Kind
from lineal.server.rest.parameters import Cursor, Limit, NodeId, Time, read_id
from lineal.server.rest.writing import answer
from lineal.upkeep.audit_log import AuditFilter, AuditPage
from lineal.upkeep.history import History


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes."""
    for kind in KINDS:
        _add_history(router, catalogue, kind)

    @router.get(
        "/audit",
        response_model=AuditPage,
        summary="What was changed, when and by whom, newest first",
        operation_id="audit",
        tags=["store"],
    )
    def audit(
        subject: Annotated[AuditSubject | None, Query(description="Only about these.")] = None,
        node_id: Annotated[str | None, Query(pattern=r"^[0-9]{1,19}$", description="Only about this id.")] = None,
        who: Annotated[
            str | None,
            Query(max_length=300, description="Only by this caller: as listed, or only the name or the token's id."),
        ] = None,
        rpc: Annotated[str | None, Query(max_length=100, description="Only by this call.")] = None,
        action: Annotated[AuditAction | None, Query(description="Only what was done so.")] = None,
        since: Time = None,
        until: Time = None,
        limit: Limit = 60,
        cursor: Cursor = "",
    ) -> Response:
        about = None if node_id is None else read_id(node_id, what="node")
        wanted = AuditFilter(subject, about, who, rpc, since, until, action=action)
        return answer(catalogue.audit(wanted, cursor=cursor, limit=limit))


def _add_history(router: APIRouter, catalogue: Catalogue, kind: Kind) -> None:
    @router.get(
        f"/{kind.plural}/{{node_id}}/history",
        response_model=History,
        summary=f"What was changed of one {kind.name}, when and by whom, newest first",
        operation_id=f"{kind.name}_history",
        tags=[kind.plural],
    )
    def history(node_id: NodeId, limit: Limit = 60, cursor: Cursor = "") -> Response:
        return answer(catalogue.history(kind, read_id(node_id, what=kind.name), cursor=cursor, limit=limit))
