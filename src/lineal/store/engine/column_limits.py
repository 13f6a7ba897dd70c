"""The limits of a database's columns, read only after a statement was refused, to find the wrong value.

Nothing is checked beforehand: the engines are set to refuse values that do not fit, and never cut them. What stays out:
which errors say so (the dialects).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lineal import errors

_INTEGER_BITS = {"smallint": 16, "int2": 16, "int": 32, "int4": 32, "integer": 32, "bigint": 64, "int8": 64}
_SHOWN = 60


@dataclass
class RefusedRowsError(Exception):
    """Rows that a database refused because of their values.

    Attributes:
        table: the table's name.
        columns: the names of the values in a row.
        rows: the rows, of which one or more are at fault.
        called: returns what a row is called in messages, given its index.
    """

    table: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    called: Callable[[int], str]


@dataclass(frozen=True)
class ColumnLimit:
    """The limits of one column.

    Attributes:
        bits: of a whole number, or None for a column of another type.
        characters: of a text, or None if it is not limited by characters.
        size: bytes of a text or of bytes, or None if that is not limited.
    """

    bits: int | None = None
    characters: int | None = None
    size: int | None = None

    def refusal(self, value: Any) -> str | None:
        """Return why a value does not fit, or None if it does."""
        if isinstance(value, int) and self.bits is not None:
            bound = 1 << (self.bits - 1)
            if not -bound <= value < bound:
                return f"is {value}, and the column of this database holds {-bound} to {bound - 1}"
        if isinstance(value, (str, bytes)):
            return self._refusal_of_text(value)
        return None

    def _refusal_of_text(self, value: str | bytes) -> str | None:
        size = len(value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value)
        if self.size is not None and size > self.size:
            return f"has {size} bytes, and the column of this database holds {self.size}"
        if self.characters is not None and len(value) > self.characters:
            return f"has {len(value)} characters, and the column of this database holds {self.characters}"
        return None


Limits = Mapping[tuple[str, str], ColumnLimit]


def limit_of(data_type: str, characters: int | None, size: int | None) -> ColumnLimit:
    """Return the limit of a column as the information schema describes it; lengths that no value reaches are none."""
    return ColumnLimit(
        bits=_INTEGER_BITS.get(data_type.lower()),
        characters=characters,
        size=size if size is not None and size < 1 << 31 else None,
    )


def explain(
    refused: RefusedRowsError, limits: Limits, *, largest: int | None, nul: bool, cure: str
) -> errors.StatusError:
    """Return the error that names the first value at fault.

    Args:
        refused: the rows.
        limits: of the columns, by (table, column), in lower case.
        largest: how many bytes a statement may have, or None if there is no limit.
        nul: whether a text may hold the character NUL.
        cure: what to do about a text that fits its column.
    """
    for index, row in enumerate(refused.rows):
        for column, value in zip(refused.columns, row, strict=True):
            if isinstance(value, str) and not nul and "\0" in value:
                return errors.InvalidArgumentError(
                    f"{_place(refused, index, column)} holds the character NUL, which texts of this database cannot "
                    "hold; take it out"
                )
            limit = limits.get((refused.table.lower(), column.lower()))
            reason = limit.refusal(value) if limit else None
            if reason:
                return errors.OutOfRangeError(f"{_place(refused, index, column)} {reason}; nothing was written")
    return _explain_size(refused, largest, cure)


def _explain_size(refused: RefusedRowsError, largest: int | None, cure: str) -> errors.StatusError:
    """Return the error for values that each fit their column."""
    sizes = [
        (len(value), index, column)
        for index, row in enumerate(refused.rows)
        for column, value in zip(refused.columns, row, strict=True)
        if isinstance(value, (str, bytes))
    ]
    size, index, column = max(sizes, default=(0, 0, ""))
    if largest is not None and size > largest // 4:
        return errors.OutOfRangeError(
            f"{_place(refused, index, column)} has {size} characters, and a statement of this database can "
            f"have {largest} bytes; raise max_allowed_packet on the server, or store the text elsewhere; nothing was "
            "written",
            errors.Details(limit="max_allowed_packet"),
        )
    if not sizes:
        return errors.OutOfRangeError(f"a value of {refused.called(0)} does not fit its column; nothing was written")
    return errors.OutOfRangeError(
        f"{_place(refused, index, column)} has {size} characters, the longest text that was to be written, and does "
        f"not fit its column or an index of this database; {cure}; nothing was written"
    )


def _place(refused: RefusedRowsError, index: int, column: str) -> str:
    return f"{column} of {refused.called(index)}"


def shown(text: object) -> str:
    """Return the form of a text in messages, without its end if it is long."""
    whole = str(text)
    return repr(whole) if len(whole) <= _SHOWN else f"{whole[:_SHOWN]!r}..."
