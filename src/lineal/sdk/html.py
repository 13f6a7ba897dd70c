"""Small tables for notebooks, instead of a repr, with every text escaped."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any


def card(title: str, fields: Mapping[str, Any]) -> str:
    """Return one record as a table of two columns; fields that are None are left out."""
    rows = [
        f"<tr><th style='text-align:left'>{_text(name)}</th><td style='text-align:left'>{_text(value)}</td></tr>"
        for name, value in fields.items()
        if value is not None
    ]
    return f"<table><caption>{_text(title)}</caption><tbody>{''.join(rows)}</tbody></table>"


def table(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Return records as a table with these columns."""
    head = "".join(f"<th>{_text(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_text(row.get(column, ''))}</td>" for column in columns) + "</tr>" for row in rows
    )
    return f"<table><caption>{_text(title)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: Any) -> str:
    return html.escape(str(value))
