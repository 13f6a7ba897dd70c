"""Both sides asked the same: what a part of Kubeflow Pipelines does with the answers of a metadata server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from google.protobuf.message import Message

from tests.compat.official import METHOD_OF_REQUEST
from tests.compat.pair import Pair
from tests.kfp.doors import Doors


class Asking:
    """The official core and Lineal, asked the same; any difference is an error.

    Attributes:
        called: the names of the RPCs that were called.
    """

    def __init__(self, pair: Pair, doors: Doors | None = None, *, loses_answers: bool = False) -> None:
        """Take a pair.

        Args:
            pair: the sides.
            doors: the ways into Lineal, if there is more than one.
            loses_answers: whether the first answer to each write is lost, so that it is sent a second time.
        """
        self._pair, self._doors, self._loses_answers = pair, doors, loses_answers
        self.called: set[str] = set()

    def ok(self, request: Message) -> Any:
        """Ask what must be answered with OK."""
        return self.maybe(request)

    def maybe(self, request: Message, *codes: int) -> Any:
        """Ask what may be answered with OK, or with one of some codes: then return None."""
        method = METHOD_OF_REQUEST[type(request).__name__]
        self.called.add(method)
        answer = self._pair.same(request)
        assert answer.code in (0, *codes), f"{method}: {answer.message}"
        if self._loses_answers and method.startswith("Put"):
            self._pair.same(request)
        assert not self._pair.met, f"{method}: a deliberate difference that Kubeflow Pipelines meets: {self._pair.met}"
        return None if answer.code else answer.response

    @contextmanager
    def by(self, door: str) -> Iterator[None]:
        """Go through another door within the block, if Lineal has several."""
        if self._doors is None:
            yield
            return
        before, self._doors.by = self._doors.by, door
        try:
            yield
        finally:
            self._doors.by = before
