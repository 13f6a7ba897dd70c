"""A transport that answers from a script, for what no real store can be made to do on demand."""

from __future__ import annotations

from collections.abc import Iterable

from google.protobuf.message import Message


class ScriptedTransport:
    """Answers each call with the next thing of a script: a response, or an error to raise; keeps what was sent."""

    def __init__(self, script: Iterable[Message | Exception]) -> None:
        self.script = iter(script)
        self.sent: list[tuple[str, Message]] = []

    def call(self, method: str, request: Message) -> Message:
        self.sent.append((method, type(request).FromString(request.SerializeToString())))
        answer = next(self.script)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        pass
