"""Draw a sequence of requests, send it to a pair, and shorten it when it shows a difference."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, cast

from google.protobuf.message import Message

from lineal.errors import INVALID_ARGUMENT
from lineal.wire import service as rpc
from tests.compat.generate.reads import READS
from tests.compat.generate.world import World
from tests.compat.generate.writes import WRITES
from tests.compat.official import Answer
from tests.compat.pair import DifferenceError, Pair

BUILDERS = WRITES | READS
LENGTH = 100
_SINGLE_CALLS = {
    "GetParentContextsByContextsRequest": (rpc.GetParentContextsByContextRequest, "parent_contexts"),
    "GetChildrenContextsByContextsRequest": (rpc.GetChildrenContextsByContextRequest, "children_contexts"),
}
_WRITES = sorted(WRITES)
_READS = sorted(READS)
_OFTEN_WRITTEN = ["PutArtifacts", "PutExecutions", "PutContexts", "PutExecution", "PutLineageSubgraph"]
_OFTEN_READ = ["GetArtifacts", "GetExecutions", "GetContexts", "GetArtifactsByType", "GetLineageSubgraph"]


def run(rng: Random, pair: Pair, *, length: int = LENGTH, world: World | None = None) -> None:
    """Send a sequence; every request is drawn after the answer to the one before.

    Args:
        rng: what draws.
        pair: the stores.
        length: how many requests.
        world: what sequences before this one have made in the same stores.

    Raises:
        DifferenceError: the two sides differ and no deliberate difference explains it.

    """
    world = World() if world is None else world
    for position in range(length):
        request = BUILDERS[_choose(rng, position)](rng, world)
        answer = pair.same(request)
        if type(request).__name__ in _SINGLE_CALLS and not pair.against_itself:
            _hold_to_single_calls(pair, request, answer)
        world.learn(request, answer.response)


def _hold_to_single_calls(pair: Pair, request: Any, answer: Answer) -> None:
    """Compare a call that only Lineal serves with the official calls for one context each."""
    single, field = _SINGLE_CALLS[type(request).__name__]
    if answer.response is None:
        assert (answer.code, list(request.context_ids)) == (INVALID_ARGUMENT, []), answer
        return
    found = {context_id: list(getattr(one, field)) for context_id, one in cast(Any, answer.response).contexts.items()}
    for context_id in set(request.context_ids):
        expected = cast(Any, pair.same(single(context_id=context_id)).response).contexts
        assert found.pop(context_id, []) == list(expected), f"{type(request).__name__} of {context_id}: {answer}"
    assert not found, f"{type(request).__name__} answered for contexts that were not asked for: {found}"


def _choose(rng: Random, position: int) -> str:
    """Choose an RPC: types at first, then writes and reads in turns, nodes more often than the rest."""
    if position < 4:
        return ("PutArtifactType", "PutExecutionType", "PutContextType", "PutTypes")[position]
    if rng.random() < 0.45:
        return rng.choice(_OFTEN_WRITTEN) if rng.random() < 0.5 else rng.choice(_WRITES)
    return rng.choice(_OFTEN_READ if rng.random() < 0.4 else _READS)


def shorten(found: DifferenceError, new_pair: Callable[[], Pair]) -> DifferenceError:
    """Leave out requests as long as the same call still differs with the same codes; return the shortest found."""
    best, size = found, max(len(found.history) // 2, 1)
    while size >= 1:
        start = 0
        while start < len(best.history) - 1:
            shorter = [*best.history[:start], *best.history[start + size :]]
            again = replay(shorter, new_pair) if len(shorter) < len(best.history) else None
            if again is not None and _same_kind(again, found):
                best = again
            else:
                start += size
        size //= 2
    return best


def replay(requests: list[Message], new_pair: Callable[[], Pair]) -> DifferenceError | None:
    """Send requests to fresh stores; return the first difference."""
    pair = new_pair()
    try:
        for request in requests:
            pair.same(request)
    except DifferenceError as difference:
        return difference
    finally:
        pair.close()
    return None


def _same_kind(one: DifferenceError, other: DifferenceError) -> bool:
    def mark(found: DifferenceError) -> tuple[str, int, int]:
        return found.exchange.method, found.exchange.official.code, found.exchange.lineal.code

    return mark(one) == mark(other)
