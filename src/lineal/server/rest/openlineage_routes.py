"""The routes of what OpenLineage's events said: the facets of records, and the columns of data sets with their lineage.

What stays out: receiving events (server/openlineage), rules and SQL.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from lineal.catalogue import Catalogue, shapes
from lineal.catalogue.openlineage.column_lineage import MOST_STEPS
from lineal.kinds import KINDS, Kind
from lineal.server.rest.parameters import NodeId, read_id
from lineal.server.rest.writing import answer


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes."""
    for kind in KINDS:
        _add_facets(router, catalogue, kind)
    _add_columns(router, catalogue)
    _add_column_lineage(router, catalogue)


def _add_facets(router: APIRouter, catalogue: Catalogue, kind: Kind) -> None:
    @router.get(
        f"/{kind.plural}/{{node_id}}/facets",
        response_model=shapes.RecordFacets,
        summary=f"The facets of OpenLineage of one {kind.name}",
        operation_id=f"facets_of_{kind.name}",
        tags=[kind.plural],
    )
    def facets(
        node_id: NodeId,
        name: Annotated[
            str | None,
            Query(
                min_length=1, max_length=255, description="Only the facet of this name, with its content of any length."
            ),
        ] = None,
    ) -> Response:
        return answer(catalogue.openlineage.facets(kind, read_id(node_id, what=kind.name), name=name))


def _add_columns(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/artifacts/{node_id}/columns",
        response_model=shapes.DataSetColumns,
        summary="The columns of a data set with what was measured and checked of them",
        operation_id="columns_of_artifact",
        tags=["artifacts"],
    )
    def columns(node_id: NodeId) -> Response:
        return answer(catalogue.openlineage.columns(read_id(node_id, what="artifact")))


def _add_column_lineage(router: APIRouter, catalogue: Catalogue) -> None:
    @router.get(
        "/artifacts/{node_id}/columns/lineage",
        response_model=shapes.ColumnLineage,
        summary="Where a column of a data set comes from, or what became of it",
        operation_id="column_lineage",
        tags=["artifacts"],
    )
    def lineage(
        node_id: NodeId,
        column: Annotated[
            str, Query(min_length=1, max_length=4000, description="The column, as `columns` names it: `address.city`.")
        ],
        direction: Annotated[
            Literal["up", "down"], Query(description="What it comes from, or what became of it.")
        ] = "up",
        depth: Annotated[int, Query(ge=1, le=MOST_STEPS, description="How many steps (runs) to go.")] = 1,
    ) -> Response:
        found = catalogue.openlineage.column_lineage(
            read_id(node_id, what="artifact"), column, direction=direction, depth=depth
        )
        return answer(found)
