"""The rules of listings: page sizes, orders, page tokens, filters.

A page token is opaque to callers. It holds the order it belongs to and the place of the last node listed, (value of the
order, id), so that a listing goes on after that node whatever has been written in between.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError

from lineal import errors
from lineal.kinds import Kind
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import pages
from lineal.store.rows.listing import Listing, list_nodes, list_whole_nodes
from lineal.store.rows.nodes import NodeRow
from lineal.store.rows.properties import values_of
from lineal.store.rows.whole_nodes import WholeNodes, whole_by_context
from lineal.wire import metadata_store as pb

# A longer page is cut to this many nodes, with a token to go on.
LONGEST_PAGE = 10_000
_Field = pb.ListOperationOptions.OrderByField
_ORDERS: dict[int, str] = {
    _Field.ID: "id",
    _Field.CREATE_TIME: "create_time_since_epoch",
    _Field.LAST_UPDATE_TIME: "last_update_time_since_epoch",
}


_NONE = WholeNodes([], [])


class Page(NamedTuple):
    """Nodes, and the token of the next page: "" on the last page, None if the call has no pages."""

    nodes: WholeNodes
    token: str | None


def get_nodes(session: Session, kind: Kind, request: Any) -> Page:
    """List all nodes of a kind."""
    if not request.HasField("options"):
        return Page(_whole(session, kind, node_rows.all_nodes(session, kind)), None)
    page = _page(session, Listing(kind), request.options)
    return page._replace(token=page.token or None)


def get_nodes_by_type(session: Session, types: KnownTypes, kind: Kind, request: Any) -> Page:
    """List the nodes of a type; an unknown type, or one without nodes, is an empty list whatever the options are."""
    type_id = types.id_of(session, kind, request.type_name, request.type_version)
    if type_id is None:
        return Page(_NONE, None)
    if not request.HasField("options"):
        return Page(_whole(session, kind, node_rows.nodes_by_type(session, kind, type_id)), None)
    return _page_in(session, Listing(kind, type_id=type_id), request.options)


def get_nodes_by_context(session: Session, kind: Kind, request: Any) -> Page:
    """List the nodes in a context; an unknown or empty one is an empty list whatever the options are."""
    if not request.HasField("options"):
        session.end_with_next()
        return Page(whole_by_context(session, kind, request.context_id), None)
    page = _page_in(session, Listing(kind, context_id=request.context_id), request.options)
    return page._replace(token=page.token or None)


def _page_in(session: Session, listing: Listing, options: pb.ListOperationOptions) -> Page:
    """Return a page of a part of the nodes; where that part is empty, the options do not matter."""
    try:
        page = _page(session, listing, options)
    except errors.InvalidArgumentError:
        if _is_empty(session, listing):
            return Page(_NONE, None)
        raise
    return page if page.nodes.rows or not _is_empty(session, listing) else Page(_NONE, None)


def _is_empty(session: Session, listing: Listing) -> bool:
    return not list_nodes(session, replace(listing, filter_query=""), limit=1)


def _page(session: Session, part: Listing, options: pb.ListOperationOptions) -> Page:
    """Return one page as the options say.

    Raises:
        InvalidArgumentError: page size, order, token or filter is wrong.
    """
    size, listing, after = _read_options(session, part, options)
    field = _order_field(options)
    found = list_whole_nodes(session, listing, limit=size + 1, after=after)
    shown, last = pages.first(found.rows, size)
    properties = found.properties
    if last:
        beyond = found.rows[-1].id
        properties = [row for row in properties if row[0] != beyond]
    return Page(WholeNodes(list(shown), properties), _write_token(options, field, last) if last else "")


def first_nodes(session: Session, kind: Kind, options: pb.ListOperationOptions) -> tuple[list[NodeRow], bool]:
    """Return the rows of a page without their properties, and whether more nodes follow.

    Raises:
        InvalidArgumentError: page size, order, token or filter is wrong.
    """
    size, listing, after = _read_options(session, Listing(kind), options)
    rows = list_nodes(session, listing, limit=size + 1, after=after)
    return rows[:size], len(rows) > size


def _read_options(
    session: Session, part: Listing, options: pb.ListOperationOptions
) -> tuple[int, Listing, tuple[int, int] | None]:
    """Return the size of a page, the listing that it belongs to, and the place after which it begins."""
    size = _page_size(options, session.limits.max_page_size)
    field = _order_field(options)
    listing = replace(
        part, order=_ORDERS[field], ascending=options.order_by_field.is_asc, filter_query=options.filter_query
    )
    return size, listing, _read_token(options, field) if options.next_page_token else None


def _whole(session: Session, kind: Kind, rows: list[NodeRow]) -> WholeNodes:
    return WholeNodes(rows, values_of(session, kind, [row.id for row in rows]))


def _page_size(options: pb.ListOperationOptions, most: int) -> int:
    if options.max_result_size <= 0:
        raise errors.InvalidArgumentError(
            f"max_result_size is {options.max_result_size}; it must be from 1 to {LONGEST_PAGE}"
        )
    return min(options.max_result_size, LONGEST_PAGE, most)


def _order_field(options: pb.ListOperationOptions) -> int:
    field = options.order_by_field.field
    if field not in _ORDERS:
        raise errors.InvalidArgumentError(
            "order_by_field.field is FIELD_UNSPECIFIED; use CREATE_TIME, LAST_UPDATE_TIME or ID, or leave it out"
        )
    return int(field)


def _write_token(options: pb.ListOperationOptions, field: int, last: NodeRow) -> str:
    token = pb.ListOperationNextPageToken(id_offset=last.id, field_offset=_order_value(field, last))
    token.set_options.order_by_field.field = field  # type: ignore[assignment]
    token.set_options.order_by_field.is_asc = options.order_by_field.is_asc
    return pages.packed(token.SerializeToString())


def _order_value(field: int, row: NodeRow) -> int:
    if field == _Field.CREATE_TIME:
        return row.created
    return row.updated if field == _Field.LAST_UPDATE_TIME else row.id


def _read_token(options: pb.ListOperationOptions, field: int) -> tuple[int, int]:
    """Return (value of the order, id) of the last node listed."""
    text = options.next_page_token
    try:
        token = pb.ListOperationNextPageToken.FromString(pages.unpacked(text))
    except (DecodeError, ValueError) as error:
        raise _bad_token("is not one that a listing returned") from error
    if not (token.HasField("id_offset") and token.HasField("set_options")):
        raise _bad_token("is not one that a listing returned")
    order = token.set_options.order_by_field
    if (order.field, order.is_asc) != (field, options.order_by_field.is_asc):
        raise _bad_token("belongs to a listing in another order")
    return token.field_offset, token.id_offset


def _bad_token(reason: str) -> errors.InvalidArgumentError:
    return errors.InvalidArgumentError(f"next_page_token {reason}; repeat the options of the first page")
