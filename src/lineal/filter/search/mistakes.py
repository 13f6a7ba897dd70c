"""The error of a search: where it is, what is wrong, and what to write instead."""

from __future__ import annotations

from lineal import pages
from lineal.errors import Details, InvalidArgumentError


class SearchError(InvalidArgumentError):
    """A search that cannot be read; its fields say where the offending piece is and what to write instead."""

    def __init__(self, problem: str, *, at: int, length: int, hint: str) -> None:
        message = f"the search, at character {at + 1}: {problem}; {hint}"
        super().__init__(message, Details("q", at, length, problem, hint, page=pages.SEARCHING.name))

    def __reduce__(self) -> tuple[object, ...]:
        return InvalidArgumentError, (self.message, self.details)
