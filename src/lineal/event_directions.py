"""What counts as an input and as an output, and which events lead on from a node: written here and nowhere else.

Events join artifacts and executions. An execution reads its inputs and writes its outputs, so the flow goes from an
input to the execution, and from the execution to its outputs. No behaviour lives here.
"""

from __future__ import annotations

from lineal.kinds import ARTIFACT, EXECUTION, Kind
from lineal.wire import metadata_store as pb

EventTypes = tuple[int, ...]

INPUTS: EventTypes = (pb.Event.INPUT, pb.Event.DECLARED_INPUT, pb.Event.INTERNAL_INPUT)
OUTPUTS: EventTypes = (
    pb.Event.OUTPUT,
    pb.Event.DECLARED_OUTPUT,
    pb.Event.INTERNAL_OUTPUT,
    pb.Event.PENDING_OUTPUT,
)
SAYS_INPUT: int = pb.Event.DECLARED_INPUT
SAYS_OUTPUT: int = pb.Event.DECLARED_OUTPUT
"""An execution says that it will read or write an artifact, before it has."""
INTERNAL: EventTypes = (pb.Event.INTERNAL_INPUT, pb.Event.INTERNAL_OUTPUT)
"""Events within a pipeline's machinery; the web UI shows them only when asked."""

UPSTREAM: int = pb.LineageSubgraphQueryOptions.UPSTREAM
DOWNSTREAM: int = pb.LineageSubgraphQueryOptions.DOWNSTREAM
BIDIRECTIONAL: int = pb.LineageSubgraphQueryOptions.BIDIRECTIONAL

LEADING: dict[int, dict[Kind, EventTypes]] = {
    UPSTREAM: {ARTIFACT: OUTPUTS, EXECUTION: INPUTS},
    DOWNSTREAM: {ARTIFACT: INPUTS, EXECUTION: OUTPUTS},
    BIDIRECTIONAL: {ARTIFACT: INPUTS + OUTPUTS, EXECUTION: INPUTS + OUTPUTS},
}
"""Which events lead on from a node of a kind, in each direction."""

OTHER: dict[Kind, Kind] = {ARTIFACT: EXECUTION, EXECUTION: ARTIFACT}
"""The kind of the node at the other end of an event."""


def leading(direction: int, *, internal: bool = True) -> dict[Kind, EventTypes]:
    """Return which events lead on from a node of each kind, with or without internal events."""
    found = LEADING[direction]
    if internal:
        return found
    return {kind: tuple(each for each in types if each not in INTERNAL) for kind, types in found.items()}
