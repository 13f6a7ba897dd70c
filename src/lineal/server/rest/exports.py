"""Exports of a whole listing as CSV or JSON, streamed page by page, so that size does not matter.

JSON has texts as they are stored, and CSV as a spreadsheet can show them (csv_text.py).
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fastapi.responses import StreamingResponse
from starlette.types import Send

from lineal import csv_text, errors
from lineal.catalogue import Asked, Catalogue, chosen_columns, keys, shapes
from lineal.catalogue.listing import LONGEST_PAGE, METRIC_FAMILIES
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.server.rest.writing import to_bytes

CONTENT: dict[str, Any] = {
    "text/csv": {"schema": {"type": "string"}},
    "application/json": {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}}},
}
_log = logging.getLogger(__name__)
_FIELDS = ("key", "id", "name", "type", "version", "state", "uri", "created", "updated", "workspace", "run")
_LATER_FIELDS = {
    ARTIFACT: ("labels", "aliases", "made_by", "archived"),
    EXECUTION: ("labels", "started", "ended", "failure", "archived"),
    CONTEXT: ("labels", "archived"),
}
"""Fields that came later. CSV has them last, behind the chosen columns, so that the others stay where they were."""
_MEDIA = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


class Export(StreamingResponse):
    """A streamed answer that says at its end why it is incomplete, and does not end like a complete one.

    The status is sent before the rows are read. A connection that closes before the last piece of the body is how HTTP
    says that an answer is incomplete.
    """

    async def stream_response(self, send: Send) -> None:
        """Send the pieces."""
        try:
            await super().stream_response(send)
        except errors.StatusError as error:
            _log.warning("an export was cut off: %s", error.message)
            body = f"\nINCOMPLETE: {error.message}\n".encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})


def stream(
    catalogue: Catalogue, asked: Asked, *, order: str, columns: str, form: str, bom: bool = False
) -> StreamingResponse:
    """Return a response with every row of a listing.

    Args:
        catalogue: the catalogue.
        asked: the rows.
        order: their order.
        columns: keys of values, beside the fields that every row has.
        form: "csv" or "json".
        bom: whether CSV begins with a byte order mark.

    Raises:
        StatusError: the search, order or columns are wrong; nothing is sent then.
    """
    if bom and form != "csv":
        raise errors.InvalidArgumentError(f"bom=true goes with format=csv, and the format is {form}; leave bom out")
    first = _reader(catalogue, asked, order, columns)("")
    # The first page says which metric the headline is; all others show the same.
    shown = chosen_columns.replaced(keys.read_keys(columns), first.headline, first.columns)
    read = _reader(catalogue, asked, order, keys.write_keys(shown))
    pages = itertools.chain([first], _following(read, first.next_cursor))
    body = _csv(pages, _LATER_FIELDS[asked.kind], shown, bom=bom) if form == "csv" else _json(pages)
    name = f"{asked.kind.plural}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Export(body, media_type=_MEDIA[form], headers=headers)


def _reader(catalogue: Catalogue, asked: Asked, order: str, columns: str) -> Callable[[str], shapes.Page]:
    return lambda cursor: catalogue.page(asked, order=order, columns=columns, limit=LONGEST_PAGE, cursor=cursor)


def _following(read: Callable[[str], shapes.Page], cursor: str | None) -> Iterator[shapes.Page]:
    while cursor:
        page = read(cursor)
        yield page
        cursor = page.next_cursor


def _csv(pages: Iterator[shapes.Page], later: Sequence[str], columns: Sequence[str], *, bom: bool) -> Iterator[bytes]:
    yield (csv_text.BYTE_ORDER_MARK if bom else b"") + csv_text.lines([[*_FIELDS, *columns, *later]])
    for page in pages:
        yield csv_text.lines([_cells(row, columns, later) for row in page.items])


def _cells(row: shapes.Row, columns: Sequence[str], later: Sequence[str]) -> list[object]:
    own = [_field(row, name) for name in _FIELDS]
    return [*own, *[_cell(row, column) for column in columns], *[_field(row, name) for name in later]]


def _field(row: shapes.Row, name: str) -> object:
    """Return the value of a field: labels as JSON, aliases with commas between them, a maker by its key."""
    value = getattr(row, name)
    if name == "aliases":
        return ",".join(value)
    if name == "made_by":
        return value and value.key
    if name == "failure":
        return value and ": ".join(filter(None, (value.type, value.message))) + ("…" if value.is_cut else "")
    return (value or None) if name == "labels" else value


def _cell(row: shapes.Row, column: str) -> object:
    if column in row.values:
        value = row.values[column]
        return value.value
    family, _, name = column.partition(".")
    if family not in METRIC_FAMILIES or name not in row.metrics:
        return None
    return getattr(row.metrics[name], "last" if family == "metric" else family)


def _json(pages: Iterator[shapes.Page]) -> Iterator[bytes]:
    yield b"["
    separator = b""
    for page in pages:
        if page.items:
            yield separator + b",\n".join(to_bytes(row) for row in page.items)
            separator = b",\n"
    yield b"]"
