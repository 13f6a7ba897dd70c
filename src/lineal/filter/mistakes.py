"""The error of a filter query: what is wrong, where, and what to write instead.

Raised as `Mistake` with an offset where it is found, turned once into the error for callers, with line and column.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from lineal.errors import Details, InvalidArgumentError

_LONGEST_PIECE = 40


class Mistake(Exception):  # noqa: N818 a mistake is the user's
    """Something wrong in a query.

    Attributes:
        at: the offset in the text, in characters, from 0.
        piece: the offending piece of text; empty at the end of the text.
        problem: what is wrong.
        hint: what to write instead; "" if the problem says it.

    """

    def __init__(self, at: int, piece: str, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.at = at
        self.piece = piece
        self.problem = problem
        self.hint = hint

    def error(self, text: str, *, name: str = "filter_query") -> InvalidArgumentError:
        """Return the error for callers, placed in the text of the query; `name` is the parameter that holds it."""
        before = text[: self.at]
        line, column = before.count("\n") + 1, self.at - before.rfind("\n")
        near = f"near {shortened(self.piece)}" if self.piece else "at its end"
        said = f"{self.problem}; {self.hint}" if self.hint else self.problem
        message = f"{name}, line {line}, column {column}, {near}: {said}"
        length = len(self.piece) or 1
        details = Details(name, self.at, length, problem=self.problem, hint=self.hint)
        return InvalidArgumentError(message, details)


def shortened(piece: str) -> str:
    """Return a piece of the query as one short line, to be shown."""
    flat = " ".join(piece.split())
    return flat if len(flat) <= _LONGEST_PIECE else f"{flat[: _LONGEST_PIECE - 3]}..."


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """Return "did you mean ...?" if a known word resembles the wrong one, and the list of known words."""
    words = list(known)
    beginnings = {re.split(r"\.|_ALIAS", word)[0].lower(): word for word in words}
    close = difflib.get_close_matches(wrong.lower(), beginnings, n=1)
    meant = f"did you mean {beginnings[close[0]]}? " if close else ""
    return f"{meant}Known: {', '.join(words)}"
