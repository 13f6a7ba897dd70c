"""Small tables for notebooks, instead of a repr: every text escaped, long ones cut, passwords in URLs taken out.

What stays out: the graph of a card (drawing.py), and what a card reads from the store (cards.py).
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from lineal.counting import amount
from lineal.urls import redact

MOST_ROWS = 20
_LONGEST = 600
_LEFT = "style='text-align:left'"


def card(title: str, fields: Mapping[str, Any], below: str = "") -> str:
    """Return one record as a table of two columns; fields without a value are left out.

    Args:
        title: the caption.
        fields: the name and the value of each row.
        below: HTML that follows the table.

    """
    rows = [
        f"<tr><th {_LEFT}>{_text(name)}</th><td {_LEFT}>{_text(value)}</td></tr>"
        for name, value in fields.items()
        if value is not None and value not in ("", {})
    ]
    caption = f"<caption>{_text(title)}</caption>"
    return f"<div><table>{caption}<tbody>{''.join(rows)}</tbody></table>{below}</div>"


def table(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Return records as a table with these columns; of many rows the first, and how many more there are."""
    head = "".join(f"<th>{_text(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{_text(_cell(row.get(column)))}</td>" for column in columns) + "</tr>"
        for row in rows[:MOST_ROWS]
    )
    more = f"<p>and {amount(len(rows) - MOST_ROWS, 'more rows')}</p>" if len(rows) > MOST_ROWS else ""
    caption = f"<caption>{_text(title)}</caption>"
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _cell(value: Any) -> Any:
    return "" if value is None else value


def paragraph(text: str) -> str:
    """Return a sentence."""
    return f"<p>{_text(text)}</p>"


def link(address: str | None, text: str) -> str:
    """Return a link that opens in a tab of its own, nothing for no address."""
    if address is None:
        return ""
    return f'<p><a href="{html.escape(address)}" target="_blank" rel="noopener noreferrer">{_text(text)}</a></p>'


def _text(value: Any) -> str:
    """Return a text for HTML; the start of a long one says how much is missing."""
    text = redact(str(value))
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}... ({amount(len(text) - _LONGEST, 'characters')} are left out)"
    return html.escape(text)
