"""Where in an event something is: JSON pointers (RFC 6901), and the error that has one."""

from __future__ import annotations

from typing import Any

from lineal import errors

Path = tuple[str | int, ...]


class EventError(errors.InvalidArgumentError):
    """An event that cannot be taken.

    Attributes:
        pointer: where in the event, as a JSON pointer; "" is the whole event.
    """

    def __init__(self, pointer: str, problem: str) -> None:
        super().__init__(f"{shortened(pointer) or 'the event'} {problem}")
        self.pointer = pointer
        self._problem = problem

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.pointer, self._problem)


def pointer_to(path: Path) -> str:
    """Return the JSON pointer of a path of keys and places."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


def shortened(pointer: str, most: int = 200) -> str:
    """Return a pointer for a message: keys of strangers can be megabytes long, or hold what no terminal shows."""
    shown = pointer if pointer.isprintable() else ascii(pointer)[1:-1]
    return shown if len(shown) <= most else f"{shown[:most]}..."
