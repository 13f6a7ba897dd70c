"""A transport whose calls are counted and can be made to fail; what it carries is real."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from google.protobuf.message import Message

from lineal import errors
from lineal.client.transport import Transport


@dataclass
class Wire:
    """A transport that notes the calls it carries, and fails those it is told to.

    Attributes:
        inner: what carries the calls.
        calls: the methods called, in order.
        read: method to the number of artifacts in its answers.
        failures: method to the errors of its next calls; the call is carried out all the same when `lose_answers`.
        change: what happens to a GetArtifacts request on its way.
        lacks: methods that the server does not know, as the official one does not know Lineal's own.
        lose_answers: whether a failing call reaches the store before its answer is lost.

    """

    inner: Transport
    calls: list[str] = field(default_factory=list)
    read: Counter[str] = field(default_factory=Counter)
    failures: dict[str, list[Exception]] = field(default_factory=dict)
    change: Callable[[Message], Message] | None = None
    lacks: set[str] = field(default_factory=set)
    lose_answers: bool = False

    def call(self, method: str, request: Message) -> Message:
        """Carry a call."""
        self.calls.append(method)
        if method in self.lacks:
            raise errors.UnimplementedError(f"unknown method {method}")
        if self.failures.get(method):
            if self.lose_answers:
                self.inner.call(method, request)
            raise self.failures[method].pop(0)
        if self.change is not None and method == "GetArtifacts":
            request = self.change(request)
        response = self.inner.call(method, request)
        self.read[method] += sum(len(getattr(response, name, ())) for name in ("artifacts", "candidates"))
        return response

    def close(self) -> None:
        """Close what carries the calls."""
        self.inner.close()
