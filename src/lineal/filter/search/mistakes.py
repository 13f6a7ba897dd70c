"""The error of a search: where it is, what is wrong, and what to write instead."""

from __future__ import annotations

from lineal.errors import InvalidArgumentError


class SearchError(InvalidArgumentError):
    """A search that cannot be read.

    Attributes:
        at: the offset of the offending piece in the text, in characters from 0.
        length: how long that piece is, in characters.
        hint: what to write instead.

    """

    def __init__(self, problem: str, *, at: int, length: int, hint: str) -> None:
        super().__init__(f"the search, at character {at + 1}: {problem}; {hint}")
        self.problem = problem
        self.at = at
        self.length = length
        self.hint = hint

    def __reduce__(self) -> tuple[object, ...]:
        return InvalidArgumentError, (self.message,)
