"""The routes that artifacts, executions and contexts share: lists, counts, facets, columns, export, details, by ids.

What stays out: rules and SQL. A route reads its parameters, calls the catalogue and writes its answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from lineal.catalogue import Catalogue, shapes
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.server.rest import exports
from lineal.server.rest.parameters import (
    LONGEST_TEXT,
    ColumnKeys,
    ContextId,
    Cursor,
    FilterQuery,
    Limit,
    NodeId,
    OrderBy,
    Search,
    asked,
    read_id,
    read_ids,
)
from lineal.server.rest.writing import answer, tagged

NODE_KINDS = (ARTIFACT, EXECUTION, CONTEXT)


def add(router: APIRouter, catalogue: Catalogue) -> None:
    """Add the routes of each kind."""
    for kind in NODE_KINDS:
        for add_routes in (_add_lists, _add_counts, _add_suggestions, _add_details):
            add_routes(router, catalogue, kind)
    for kind in (ARTIFACT, EXECUTION):
        _add_events(router, catalogue, kind)
    _add_artifact_details(router, catalogue)


def _route(router: APIRouter, kind: Kind, path: str, shape: type, summary: str, name: str) -> Callable[..., object]:
    """Return the decorator of a route of a kind; `{plural}` and `{kind}` in the summary are replaced."""
    return router.get(
        f"/{kind.plural}{path}",
        response_model=shape,
        summary=summary.format(plural=kind.plural, kind=kind.name),
        operation_id=name.format(plural=kind.plural, kind=kind.name),
        tags=[kind.plural],
    )


def _add_lists(router: APIRouter, catalogue: Catalogue, kind: Kind) -> None:
    @_route(router, kind, "", shapes.Page, "List {plural}", "list_{plural}")
    def page(
        q: Search = "",
        filter_query: FilterQuery = "",
        context_id: ContextId = None,
        order_by: OrderBy = "-created",
        columns: ColumnKeys = "",
        limit: Limit = 60,
        cursor: Cursor = "",
    ) -> Response:
        wanted = asked(kind, q, filter_query, context_id)
        return answer(catalogue.page(wanted, order=order_by, columns=columns, limit=limit, cursor=cursor))

    @router.get(
        f"/{kind.plural}/export",
        summary=f"Export all {kind.plural} that fit, as CSV or JSON",
        operation_id=f"export_{kind.plural}",
        tags=[kind.plural],
        response_class=Response,
        responses={200: {"description": "The rows, streamed.", "content": exports.CONTENT}},
    )
    def export(
        q: Search = "",
        filter_query: FilterQuery = "",
        context_id: ContextId = None,
        order_by: OrderBy = "-created",
        columns: ColumnKeys = "",
        format: Annotated[Literal["csv", "json"], Query(description="The format.")] = "csv",  # noqa: A002
        bom: Annotated[
            bool, Query(description="Begin CSV with a byte order mark, which tells Excel that it is UTF-8.")
        ] = False,
    ) -> Response:
        wanted = asked(kind, q, filter_query, context_id)
        return exports.stream(catalogue, wanted, order=order_by, columns=columns, form=format, bom=bom)


def _add_counts(router: APIRouter, catalogue: Catalogue, kind: Kind) -> None:
    @_route(router, kind, "/count", shapes.Count, "Count {plural}, up to 10,000 unless exact", "count_{plural}")
    def count(
        q: Search = "",
        filter_query: FilterQuery = "",
        context_id: ContextId = None,
        exact: Annotated[bool, Query(description="Count all, however many they are.")] = False,
    ) -> Response:
        return answer(catalogue.count(asked(kind, q, filter_query, context_id), exact=exact))

    @_route(router, kind, "/facets", shapes.Facets, "Facets of {plural} with counts", "facet_{plural}")
    def facets(
        q: Search = "",
        filter_query: FilterQuery = "",
        context_id: ContextId = None,
        label: Annotated[
            list[str] | None, Query(max_length=20, description="The label keys to count; by default the most frequent.")
        ] = None,
    ) -> Response:
        return answer(catalogue.facets(asked(kind, q, filter_query, context_id), labels=label))

    @_route(router, kind, "/columns", shapes.Columns, "What {plural} can show as columns", "columns_of_{plural}")
    def columns(q: Search = "", filter_query: FilterQuery = "", context_id: ContextId = None) -> Response:
        return answer(catalogue.columns(asked(kind, q, filter_query, context_id)))


def _add_suggestions(router: APIRouter, catalogue: Catalogue, kind: Kind) -> None:
    @_route(router, kind, "/suggest", shapes.Suggestions, "Keys or values for a search", "suggest_{plural}")
    def suggest(
        key: Annotated[str, Query(max_length=300, description="The key whose values are wanted; none for keys.")] = "",
        text: Annotated[str, Query(max_length=300, description="What they contain.")] = "",
        q: Search = "",
        filter_query: FilterQuery = "",
        context_id: ContextId = None,
    ) -> Response:
        return answer(catalogue.suggestions(asked(kind, q, filter_query, context_id), key=key, text=text))

    @_route(router, kind, "/labels", shapes.Suggestions, "Label keys of {plural} with counts", "labels_of_{plural}")
    def labels(q: Search = "", filter_query: FilterQuery = "", context_id: ContextId = None) -> Response:
        return answer(catalogue.label_keys(asked(kind, q, filter_query, context_id)))

    @_route(
        router, kind, "/label-values", shapes.Suggestions, "Values of a label with counts", "label_values_of_{plural}"
    )
    def label_values(
        name: Annotated[str, Query(min_length=1, max_length=300, description="The label's key.")],
        q: Search = "",
        filter_query: FilterQuery = "",
        context_id: ContextId = None,
    ) -> Response:
        return answer(catalogue.label_values(asked(kind, q, filter_query, context_id), name))


def _add_details(router: APIRouter, catalogue: Catalogue, kind: Kind) -> None:
    @_route(router, kind, "/batch", shapes.Nodes, "Several {plural} by their ids", "{plural}_by_ids")
    def batch(
        ids: Annotated[str, Query(min_length=1, max_length=4500, description="Up to 200 ids, comma-separated.")],
    ) -> Response:
        return answer(catalogue.nodes(kind, read_ids(ids, what=kind.name)))

    @_route(router, kind, "/{node_id}", shapes.Node, "One {kind} with all that is recorded of it", "get_{kind}")
    def detail(node_id: NodeId) -> Response:
        return tagged(catalogue.node(kind, read_id(node_id, what=kind.name)))


def _add_events(router: APIRouter, catalogue: Catalogue, kind: Kind) -> None:
    @_route(
        router,
        kind,
        "/{node_id}/events",
        shapes.Neighbours,
        "The events of one {kind}, newest first",
        "events_of_{kind}",
    )
    def events(
        node_id: NodeId,
        direction: Annotated[Literal["input", "output", ""], Query(description="Only inputs, or only outputs.")] = "",
        limit: Limit = 60,
        cursor: Annotated[str | None, Query(pattern=r"^[0-9]{1,18}$", description="`next_cursor`.")] = None,
    ) -> Response:
        found = catalogue.neighbours(
            kind,
            read_id(node_id, what=kind.name),
            direction=direction,
            cursor=None if cursor is None else int(cursor),
            limit=limit,
        )
        return answer(found)


def _add_artifact_details(router: APIRouter, catalogue: Catalogue) -> None:
    @_route(
        router,
        ARTIFACT,
        "/{node_id}/versions",
        shapes.Versions,
        "The versions of the same name, newest first",
        "versions",
    )
    def versions(
        node_id: NodeId,
        columns: Annotated[
            str | None,
            Query(
                max_length=LONGEST_TEXT,
                description="Values to show, as for a list; if absent, the first four of `metrics`.",
            ),
        ] = None,
        limit: Limit = 60,
        cursor: Cursor = "",
    ) -> Response:
        found = catalogue.versions(read_id(node_id, what="artifact"), columns=columns, limit=limit, cursor=cursor)
        return answer(found)

    @_route(
        router,
        ARTIFACT,
        "/{node_id}/evaluations",
        shapes.Evaluations,
        "The metrics that an artifact reports and that others report on it",
        "evaluations",
    )
    def evaluations(node_id: NodeId) -> Response:
        return answer(catalogue.evaluations(read_id(node_id, what="artifact")))
