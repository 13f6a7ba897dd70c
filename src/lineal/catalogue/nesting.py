"""Which execution another one is a part of, and which are its parts.

What stays out: how an execution learns its parent (lineal.sdk).
"""

from __future__ import annotations

from dataclasses import replace

from lineal import conventions
from lineal.catalogue import cards, shapes
from lineal.catalogue.listing import references
from lineal.kinds import EXECUTION
from lineal.service.known_types import KnownTypes
from lineal.store.engine.session import Session
from lineal.store.rows.steps import steps_of

MOST_STEPS = 100
"""How many parts are named; of more, the first."""


def with_nesting(session: Session, types: KnownTypes, node: shapes.Node) -> shapes.Node:
    """Return an execution with the one that it is a part of, and with its parts."""
    told = node.custom_properties.get(conventions.PARENT)
    number = told.value if isinstance(told, shapes.IntValue) else -1
    parent = references(session, types, EXECUTION, [number]).get(number)
    rows, total = steps_of(session, node.id, most=MOST_STEPS)
    steps = shapes.Steps(cards.cards(session, types, EXECUTION, rows, shape=shapes.Card), total)
    return replace(node, part_of=parent, steps=steps if total else None)
