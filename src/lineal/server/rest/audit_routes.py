"""The route to the audit log."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from lineal.catalogue import Catalogue
from lineal.server.rest.parameters import Cursor, Limit, Time, read_id
from lineal.server.rest.writing import answer
from lineal.upkeep.audit_log import AuditFilter, AuditPage

Subject = Literal["artifact", "execution", "context", "type", "store", "token"]


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the route."""

    @router.get(
        "/audit",
        response_model=AuditPage,
        summary="What was changed, when and by whom, newest first",
        operation_id="audit",
        tags=["store"],
    )
    def audit(
        subject: Annotated[Subject | None, Query(description="Only about these.")] = None,
        node_id: Annotated[str | None, Query(pattern=r"^[0-9]{1,19}$", description="Only about this id.")] = None,
        who: Annotated[
            str | None,
            Query(max_length=300, description="Only by this caller: as listed, or only the name or the token's id."),
        ] = None,
        rpc: Annotated[str | None, Query(max_length=100, description="Only by this call.")] = None,
        since: Time = None,
        until: Time = None,
        limit: Limit = 60,
        cursor: Cursor = "",
    ) -> Response:
        about = None if node_id is None else read_id(node_id, what="node")
        wanted = AuditFilter(subject, about, who, rpc, since, until)
        return answer(catalogue.audit(wanted, cursor=cursor, limit=limit))
