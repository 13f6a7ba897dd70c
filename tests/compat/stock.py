"""Types, nodes and relations put into both stores, and everything read back from both.

What stays out: spelling requests (build.py).
"""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message

from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.wire import service as rpc
from tests.compat.build import event, everything, node, put, put_events, put_type, request
from tests.compat.pair import Pair

each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def new_type(pair: Pair, kind: Kind, name: str = "t", **fields: Any) -> int:
    """Put a type; return its id."""
    return pair.ok(put_type(kind, name, **fields)).type_id


def new_nodes(pair: Pair, kind: Kind, *nodes: Any, **fields: Any) -> list[int]:
    """Put nodes of one kind; return their ids."""
    return list(getattr(pair.ok(put(kind, *nodes, **fields)), f"{kind.name}_ids"))


def new_node(pair: Pair, kind: Kind, type_id: int | None, **fields: Any) -> int:
    """Put one node; return its id."""
    return new_nodes(pair, kind, node(kind, type_id, **fields))[0]


def read(pair: Pair, kind: Kind, node_id: int) -> Any:
    """Return one node as both sides read it."""
    answer = pair.ok(request(f"Get{kind.plural.capitalize()}ByID", **{f"{kind.name}_ids": [node_id]}))
    (found,) = getattr(answer, kind.plural)
    return found


def relate(pair: Pair, *, attributions: Any = (), associations: Any = (), parents: Any = ()) -> None:
    """Put relations, given as (context, artifact), (context, execution) and (parent, child)."""
    together = rpc.PutAttributionsAndAssociationsRequest()
    for context_id, artifact_id in attributions:
        together.attributions.add(context_id=context_id, artifact_id=artifact_id)
    for context_id, execution_id in associations:
        together.associations.add(context_id=context_id, execution_id=execution_id)
    pair.ok(together)
    pair.ok(put_parents(*parents))


def put_parents(*pairs: tuple[int | None, int | None]) -> Any:
    """Return the request that puts parent contexts, given as (parent, child)."""
    built = rpc.PutParentContextsRequest()
    for parent, child in pairs:
        built.parent_contexts.add(parent_id=parent, child_id=child)
    return built


def new_events(pair: Pair, *events: Any) -> None:
    """Put events, given as (artifact, execution, type)."""
    pair.ok(put_events(*(event(*one) for one in events)))


def snapshot(pair: Pair, *, nodes: int = 30) -> list[Message]:
    """Read everything that the interface can read, on both sides, and compare it.

    Args:
        pair: the stores.
        nodes: how many ids are asked for relations and events.

    Returns:
        The answers.

    """
    ids = list(range(1, nodes + 1))
    reads = [everything(kind) for kind in KINDS]
    reads += [request(f"Get{kind.table}Types") for kind in KINDS]
    reads += [request(f"Get{kind.table}TypesByID", type_ids=ids) for kind in KINDS]
    reads += [
        request("GetEventsByArtifactIDs", artifact_ids=ids),
        request("GetEventsByExecutionIDs", execution_ids=ids),
    ]
    contexts = pair.ok(everything(CONTEXT)).contexts
    for one in contexts:
        reads += [
            request(f"Get{kind.plural.capitalize()}ByContext", context_id=one.id) for kind in (ARTIFACT, EXECUTION)
        ]
        reads.append(request("GetParentContextsByContext", context_id=one.id))
    return [pair.ok(one) for one in reads]
