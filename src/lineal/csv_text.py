"""Rows as CSV that a spreadsheet opens without running anything, and back.

A spreadsheet treats a cell that begins with = + - or @ as a formula, also after blanks or in a wide form of these
letters. Such a text gets an apostrophe in front, as OWASP recommends. So does a text that begins with apostrophes and
continues like that: removing one apostrophe always gives the original text. Numbers do not change, also those that are
recorded as texts. What stays out: which rows and columns there are.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from lineal import json_form

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|-?Infinity", re.ASCII)
# What the Unicode standard calls separators, control characters and invisible formats.
_BLANK = ("Z", "Cc", "Cf")


def lines(rows: Sequence[Sequence[Any]], *, ending: str = "\r\n") -> bytes:
    """Return rows as lines of CSV in UTF-8, with this ending each."""
    text = io.StringIO()
    csv.writer(text, lineterminator=ending).writerows([[cell(value) for value in row] for row in rows])
    return text.getvalue().encode("utf-8", "replace")


def cell(value: Any) -> Any:
    """Return the cell for a value: a number, or a text that spreadsheets do not run as a formula."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return json_form.finite_or_name(value)
    if isinstance(value, (dict, list)):
        return escaped(json_form.text(value, ensure_ascii=False))
    return escaped(value) if isinstance(value, str) else value


def escaped(text: str) -> str:
    """Return a text so that no spreadsheet takes it for a formula."""
    return f"'{text}" if _is_formula(text.lstrip("'")) else text


def _is_formula(text: str) -> bool:
    if text[:1] in ("\t", "\r", "\n"):
        return True
    first = next((letter for letter in text if not unicodedata.category(letter).startswith(_BLANK)), "")
    return unicodedata.normalize("NFKC", first) in ("=", "+", "-", "@") and not _NUMBER.fullmatch(text)
