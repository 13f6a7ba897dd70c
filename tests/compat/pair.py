"""Two sides that are asked the same things, one after the other, and must answer the same.

    pair.same(request)          both answer alike; returns the answer
    pair.ok(request)            both answer alike, with OK; returns the response, canonical
    pair.fails(CODE, request)   both answer with this code
    pair.differs("name", ...)   the answers differ in a way that differences.py names

What stays out: building requests (build.py), what counts as alike (canonical.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from difflib import unified_diff
from typing import Any

from google.protobuf import text_format
from google.protobuf.message import Message

from tests.compat.canonical import Clock, View
from tests.compat.differences import BY_NAME, Exchange, explain
from tests.compat.official import METHOD_OF_REQUEST, Answer
from tests.compat.sides import Side

LONGEST_TEXT = 2000
LONGEST_HISTORY = 40


class DifferenceError(AssertionError):
    """The two sides answered differently, and nothing explains it."""

    def __init__(self, exchange: Exchange, history: list[Message]) -> None:
        super().__init__(report(exchange, history))
        self.exchange = exchange
        self.history = history


class Pair:
    """An official store and another one, both fresh.

    Attributes:
        history: every request sent, canonical: sending them again to fresh stores repeats the run.
        met: how often each deliberate difference was met.

    """

    def __init__(self, official: Side, lineal: Side) -> None:
        self.history: list[Message] = []
        self.met: Counter[str] = Counter()
        self._clock = Clock()
        self._sides = (official, lineal)
        self._views = (View(self._clock), View(self._clock))

    @property
    def against_itself(self) -> bool:
        """Whether both sides are official, which proves the comparison and not Lineal."""
        return self._sides[1].name == "official"

    def ask(self, request: Message) -> Exchange:
        """Send a request to both sides; return the canonical answers without judging them."""
        number = self._clock.begin()
        method = METHOD_OF_REQUEST[type(request).__name__]
        self.history.append(request)
        for side, view in zip(self._sides, self._views, strict=True):
            side.start(method, view.localize(request))
        lineal = self._sides[1].finish()
        official = self._sides[0].finish()
        self._clock.end()
        for answer, view in zip((official, lineal), self._views, strict=True):
            if answer.response is not None:
                view.canonicalize(request, answer.response, number)
        return Exchange(method, request, official, lineal)

    def same(self, request: Message) -> Answer:
        """Send a request and compare; a deliberate difference is counted, any other is an error.

        Returns:
            Lineal's answer where a difference was met, else the answer of both.

        """
        exchange = self.ask(request)
        if not alike(exchange.official, exchange.lineal):
            name = explain(exchange)
            if name is None:
                raise DifferenceError(exchange, list(self.history))
            self.met[name] += 1
        return exchange.lineal

    def ok(self, request: Message) -> Any:
        """Send a request that both sides must answer alike, with OK; return the response."""
        return self._exactly(0, request).response

    def fails(self, code: int, request: Message) -> None:
        """Send a request that both sides must refuse with this code."""
        self._exactly(code, request)

    def _exactly(self, code: int, request: Message) -> Answer:
        exchange = self.ask(request)
        if not (alike(exchange.official, exchange.lineal) and exchange.official.code == code):
            raise DifferenceError(exchange, list(self.history))
        return exchange.lineal

    def differs(self, name: str, request: Message, *, official: int, lineal: int) -> Exchange:
        """Send a request whose answers differ for a known reason; both codes must be as given."""
        assert name in BY_NAME, f"{name} is no deliberate difference"
        exchange = self.ask(request)
        expected = official if self.against_itself else lineal
        if (exchange.official.code, exchange.lineal.code) != (official, expected):
            raise DifferenceError(exchange, list(self.history))
        return exchange

    def reopen(self, open_sides: Callable[[], tuple[Side, Side]]) -> None:
        """Close both stores and go on with others that hold the same, such as each other's files; times stay known."""
        self.close()
        self._sides = open_sides()
        for view in self._views:
            view.forget_tokens()

    def close(self) -> None:
        """Let go of both stores."""
        for side in self._sides:
            side.close()


def alike(one: Answer, other: Answer) -> bool:
    """Tell whether two canonical answers are the same to a client: code, and every field with its presence."""
    return one.code == other.code and _bytes(one) == _bytes(other)


def _bytes(answer: Answer) -> bytes:
    return b"" if answer.response is None else answer.response.SerializeToString(deterministic=True)


def report(exchange: Exchange, history: list[Message]) -> str:
    """Write down a difference: the call, both answers, and what was sent before."""
    writes = [request for request in history[:-1] if type(request).__name__.startswith("Put")]
    before = "\n".join(f"  {_one_line(request)}" for request in writes[-LONGEST_HISTORY:])
    return (
        f"{exchange.method} differs\n"
        f"request: {_one_line(exchange.request)}\n"
        f"{_answers(exchange.official, exchange.lineal)}\n"
        f"written before ({len(writes)} requests):\n{before or '  nothing'}"
    )


def _answers(official: Answer, lineal: Answer) -> str:
    """Write down both answers: what one has and the other lacks, if both are responses, else each as it is."""
    if official.response is None or lineal.response is None or alike(official, lineal):
        return f"official: {_told(official)}\nlineal:   {_told(lineal)}"
    texts = [text_format.MessageToString(one.response, as_utf8=True).splitlines() for one in (official, lineal)]
    return "\n".join([*unified_diff(*texts, "official", "lineal", lineterm="", n=6)][: LONGEST_HISTORY * 2])


def _told(answer: Answer) -> str:
    if answer.response is None:
        return f"code {answer.code}: {answer.message[:300]}"
    return f"OK {text_format.MessageToString(answer.response, as_one_line=True, as_utf8=True)[:LONGEST_TEXT]}"


def _one_line(request: Message) -> str:
    text = text_format.MessageToString(request, as_one_line=True, as_utf8=True)
    return f"{METHOD_OF_REQUEST[type(request).__name__]} {{{text[:LONGEST_TEXT]}}}"
