"""What is written with the state of an execution, when it starts and when it ends: its parent, and what is captured.

What stays out: the state itself (execution.py), and capturing (capture/).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from lineal import conventions
from lineal.sdk import capture as capturing
from lineal.sdk.executions import current
from lineal.wire import metadata_store as pb

if TYPE_CHECKING:
    from lineal.client import MetadataStore


Capture: TypeAlias = capturing.Choice
"""What an execution captures; None for what the process does."""


def check(capture: Capture) -> None:
    """Refuse a choice that names something else than what is captured.

    Raises:
        ValueError: it does.

    """
    capturing.parts_of(capture)


def choose(capture: Capture) -> None:
    """Say what executions of this process capture, if they do not say it themselves.

    Raises:
        ValueError: it names something else than what is captured.

    """
    capturing.choose(capture)


def prepare() -> None:
    """Begin to find out what they capture."""
    capturing.prepare()


def begin(capture: Capture) -> capturing.Recording:
    """Return what an execution that starts now records of its environment."""
    return capturing.begin(capture)


def when_started(client: MetadataStore, recording: capturing.Recording) -> dict[str, pb.Value]:
    """Return the custom properties that are written when an execution starts."""
    parent = current.parent_id(client)
    named = {} if parent is None else {conventions.PARENT: pb.Value(int_value=parent)}
    return {**recording.at_start(), **named}


def when_ended(recording: capturing.Recording | None) -> dict[str, pb.Value]:
    """Return the custom properties that are written when an execution ends; nothing of one that was not entered."""
    return {} if recording is None else recording.at_end()
