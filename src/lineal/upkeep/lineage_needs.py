"""The nodes that the lineage of others needs: the rule that protects lineage during a deletion.

An artifact is needed by the executions that read it, an execution by the artifacts that it wrote, and a context by its
members. A deletion keeps the nodes that something outside its set needs, and the nodes that these need in turn. So you
can delete a model without users and keep its training, delete a failed execution and keep its inputs, and delete a
whole run at once; but not a data set whose model is kept. What stays out: choosing the nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lineal.event_directions import INPUTS, OUTPUTS
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, Kind
from lineal.store.engine.session import Session
from lineal.store.upkeep import deletion as deletion_rows

Ids = dict[Kind, set[int]]


class Place(NamedTuple):
    """A node, by kind and id."""

    kind: Kind
    id: int

    def __str__(self) -> str:
        return f"{self.kind.name} {self.id}"


Needs = Mapping[Place, set[Place]]


def needs_of(session: Session, nodes: Ids) -> Needs:
    """Return the needed nodes, each with the nodes that need it."""
    found: dict[Place, set[Place]] = {}
    for artifact_id, execution_id, type_ in deletion_rows.events_at(session, ARTIFACT, nodes[ARTIFACT]):
        if type_ in INPUTS:
            found.setdefault(Place(ARTIFACT, artifact_id), set()).add(Place(EXECUTION, execution_id))
    for artifact_id, execution_id, type_ in deletion_rows.events_at(session, EXECUTION, nodes[EXECUTION]):
        if type_ in OUTPUTS:
            found.setdefault(Place(EXECUTION, execution_id), set()).add(Place(ARTIFACT, artifact_id))
    for kind in KINDS:
        for context_id, held in deletion_rows.held_by(session, kind, nodes[CONTEXT]):
            found.setdefault(Place(CONTEXT, context_id), set()).add(Place(kind, held))
    return found


def protected(needs: Needs, nodes: Ids) -> dict[Place, Place]:
    """Return the nodes that something outside needs, and those that these need in turn, each with what needs it."""
    needed_by: dict[Place, set[Place]] = {}
    kept: dict[Place, Place] = {}
    for place, users in needs.items():
        for user in users:
            if user.id not in nodes[user.kind]:
                kept.setdefault(place, user)
            else:
                needed_by.setdefault(user, set()).add(place)
    waiting = list(kept)
    while waiting:
        user = waiting.pop()
        for place in needed_by.get(user, set()) - kept.keys():
            kept[place] = user
            waiting.append(place)
    return kept


def without(nodes: Ids, places: Iterable[Place]) -> Ids:
    """Return the nodes that are none of the places."""
    left = {kind: set(ids) for kind, ids in nodes.items()}
    for place in places:
        left[place.kind].discard(place.id)
    return left


def sorted_out(places: Iterable[Place]) -> Ids:
    """Return places as ids by kind."""
    found: Ids = {kind: set() for kind in KINDS}
    for place in places:
        found[place.kind].add(place.id)
    return found
