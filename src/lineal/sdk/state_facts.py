"""What is written with the state of an execution, when it starts and when it ends: its parent, and what is captured.

Capturing is asked for with `capture`: True or None for everything, False for nothing, or names of what is wanted. What
stays out: the state itself (run.py).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, TypeAlias

from lineal.sdk import current_execution
from lineal.wire import metadata_store as pb

if TYPE_CHECKING:
    from lineal.client import MetadataStore

Capture: TypeAlias = "bool | Collection[str] | None"
"""What an execution captures; None for what the process does."""

_of_process: Capture = None


def choose(capture: Capture) -> None:
    """Say what executions of this process capture, if they do not say it themselves."""
    global _of_process
    _of_process = capture


def when_started(client: MetadataStore, _capture: Capture) -> dict[str, pb.Value]:
    """Return the custom properties that are written when an execution starts."""
    parent = current_execution.parent_id(client)
    return {} if parent is None else {current_execution.PARENT_NAME: pb.Value(int_value=parent)}


def when_ended(_capture: Capture) -> dict[str, pb.Value]:
    """Return the custom properties that are written when an execution ends."""
    return {}
