"""Whether nodes that a command names are what the word before their id says: `model:7` is a model.

What stays out: reading the words (node_words.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lineal import errors
from lineal.cli.things import Things
from lineal.client.store import MetadataStore


def require_types(store: MetadataStore, named: Iterable[tuple[Things, int]]) -> None:
    """Refuse a node that is not what its word says. Words for a whole kind, such as `artifact:7`, are not looked up.

    Nodes that do not exist are left to the call that the command makes.

    Raises:
        NotFoundError: its type is another.
    """
    for things, node_id in named:
        if things.is_whole_kind:
            continue
        for node in nodes_of(store, things.kind, [node_id]):
            require_type(things, node_id, node.type)


def require_type(things: Things, node_id: int, type_name: str) -> None:
    """Refuse a node whose type is not what the word before its id says.

    Raises:
        NotFoundError: it is another.
    """
    if not things.have_type(type_name):
        raise errors.NotFoundError(
            f"the {things.kind} with the id {node_id} is no {things.one}: its type is {type_name!r}"
        )


def nodes_of(store: MetadataStore, kind: str, ids: Iterable[int]) -> list[Any]:
    """Return the nodes of a kind with these ids; those that do not exist are left out."""
    return list(getattr(store, f"get_{kind}s_by_id")(list(ids)))
