"""Retention: which nodes a policy no longer keeps.

Nodes that are old enough and match the other conditions are deleted. Deployed nodes stay, with everything that they
came from and with the evaluations of these models, and so do nodes that others need. Deployed is what runs, and what
has an alias. A context is deleted with its last member. What stays out: the deletion itself (deletion.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lineal import errors, nearest
from lineal.conventions import DELETED, MLFLOW_EXPERIMENT, MLFLOW_REGISTERED_MODEL, WORKSPACE_TYPE, WORKSPACE_TYPES
from lineal.event_directions import UPSTREAM
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, KINDS, LOCK_ORDER, Kind
from lineal.service.access import scope_of
from lineal.service.clock import now
from lineal.service.known_types import KnownTypes
from lineal.service.lineage.route import Route
from lineal.service.lineage.walk import walk
from lineal.store.engine.session import Session
from lineal.store.index import facets as facet_rows
from lineal.store.rows import aliases as alias_rows
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import types as type_rows
from lineal.store.upkeep import deletion as deletion_rows
from lineal.store.workspaces.scoped_session import ScopedSession
from lineal.upkeep.deletion import remove, write_ids
from lineal.upkeep.lineage_needs import Ids, Needs, Place, needs_of, protected, sorted_out, without
from lineal.wire import lifecycle
from lineal.wire import metadata_store as pb

DEFAULT_LIMIT = 10_000
_LASTING_TYPES = (*WORKSPACE_TYPES, MLFLOW_EXPERIMENT, MLFLOW_REGISTERED_MODEL)
"""Contexts that people name and fill again: they stay without members."""
_STATES = {ARTIFACT: pb.Artifact.State, EXECUTION: pb.Execution.State}


@dataclass
class _Chosen:
    """The result of a policy: the nodes to delete, those that become tombstones, and how many stay for which reason."""

    deleted: Ids
    tombstones: Ids
    kept_deployed: int
    kept_referenced: int
    more: bool


def apply_retention(
    session: Session, types: KnownTypes, request: lifecycle.ApplyRetentionRequest
) -> lifecycle.ApplyRetentionResponse:
    """Delete the nodes that a policy no longer keeps.

    Raises:
        InvalidArgumentError: the policy names no time, a time in the future, or an unknown state.
        NotFoundError: it names a type or a workspace that does not exist.
    """
    _check(request)
    _check_types(session, request.types)
    chosen = _choose(session, types, request)
    if not request.dry_run:
        remove(session, chosen.deleted, chosen.tombstones)
    return lifecycle.ApplyRetentionResponse(
        deleted=write_ids(chosen.deleted),
        tombstones=write_ids(chosen.tombstones),
        kept_deployed=chosen.kept_deployed,
        kept_referenced=chosen.kept_referenced,
        more=chosen.more,
    )


def _check(request: lifecycle.ApplyRetentionRequest) -> None:
    if not 0 < request.updated_before <= now():
        raise errors.InvalidArgumentError(
            f"updated_before is {request.updated_before}; give a time in the past, in milliseconds since the epoch"
        )
    known = {name for states in _STATES.values() for name in states.keys()}  # noqa: SIM118 it is no dict
    if unknown := [state for state in request.states if state not in known]:
        raise errors.InvalidArgumentError(
            f"there is no state {unknown[0][:40]!r}; the states are {', '.join(sorted(known))}"
        )
    if request.limit < 0:
        raise errors.InvalidArgumentError(f"limit is {request.limit}; give a number of nodes, or 0 for {DEFAULT_LIMIT}")


def _check_types(session: Session, names: Iterable[str]) -> None:
    """Refuse an unknown type: with a typo, nothing would be deleted, or less than was meant."""
    wanted = set(names)
    known = {row.name for kind in KINDS for row in type_rows.all_types(session, kind)} if wanted else set()
    if wanted - known:
        raise nearest.no_such_type(min(wanted - known), known)


def _choose(session: Session, types: KnownTypes, request: lifecycle.ApplyRetentionRequest) -> _Chosen:
    order = _candidates(session, types, request)
    deployed = set() if request.include_deployed else _deployed(session)
    nodes = sorted_out(place for place in order if place not in deployed)
    needs = needs_of(session, nodes)
    kept = protected(needs, nodes)
    going = without(without(nodes, kept), _holding_nothing(nodes, needs))
    chosen, more = _within(request.limit or DEFAULT_LIMIT, order, going, needs)
    if not request.dry_run:
        chosen = _still(session, chosen, before=request.updated_before)
    buried: Ids = {kind: set() for kind in KINDS}
    if request.on_reference == lifecycle.TOMBSTONE:
        buried = _to_bury(session, sorted_out(kept))
    return _Chosen(chosen, buried, len(order) - _count(nodes), _count(nodes) - _count(going) - _count(buried), more)


def _count(nodes: Ids) -> int:
    return sum(map(len, nodes.values()))


def _candidates(session: Session, types: KnownTypes, request: lifecycle.ApplyRetentionRequest) -> list[Place]:
    """Return the nodes that match the policy's conditions, the oldest first. Lasting contexts are never deleted."""
    seen = _workspace(session, types, request.workspace) if request.workspace else session
    found: list[tuple[int, Place]] = []
    for kind in KINDS:
        states = _state_numbers(kind, request.states)
        if states or not request.states:
            named = list(request.types) or None
            old = deletion_rows.old_nodes(seen, kind, before=request.updated_before, states=states, types=named)
            found += [(updated, Place(kind, node_id)) for updated, node_id in old]
    lasting = _lasting(session, types, [place.id for _, place in found if place.kind is CONTEXT])
    order = sorted(found, key=lambda pair: (pair[0], pair[1].id))
    return [place for _, place in order if place.kind is not CONTEXT or place.id not in lasting]


def _workspace(session: Session, types: KnownTypes, name: str) -> Session:
    """Return the transaction limited to a workspace.

    Raises:
        NotFoundError: there is neither a context nor a node of it.
    """
    seen = ScopedSession.of(session, scope_of([name]))
    if not any(facet_rows.totals(seen, KINDS)):
        type_id = types.id_of(session, CONTEXT, WORKSPACE_TYPE, "")
        known = [str(row.name) for row in node_rows.nodes_by_type(session, CONTEXT, type_id)] if type_id else []
        raise errors.NotFoundError(f"there is no workspace {name[:100]!r}{nearest.hint(name, known)}")
    return seen


def _state_numbers(kind: Kind, names: Iterable[str]) -> list[int] | None:
    """Return the numbers of those of the states that a kind has; None if it has none of them."""
    known = _STATES[kind].items() if kind in _STATES else []
    wanted = set(names)
    return [number for name, number in known if name in wanted] or None


def _lasting(session: Session, types: KnownTypes, ids: Iterable[int]) -> set[int]:
    """Return those of the contexts that are workspaces, pipelines, experiments or registered models."""
    rows = node_rows.nodes_by_ids(session, CONTEXT, list(ids))
    return {row.id for row in rows if types.name(session, row.type_id) in _LASTING_TYPES}


def _deployed(session: Session) -> set[Place]:
    """Return running executions, what they read, artifacts with an alias, and everything that these came from.

    Evaluations of these artifacts are among them, with what they came from.
    """
    running = deletion_rows.in_state(session, EXECUTION, pb.Execution.RUNNING)
    promoted = alias_rows.holders(session) if alias_rows.are_kept(session) else set()
    origins = walk(session, {EXECUTION: running, ARTIFACT: promoted}, Route(UPSTREAM)).nodes
    evaluations = deletion_rows.evaluations_of(session, origins[ARTIFACT])
    tests = walk(session, {ARTIFACT: evaluations}, Route(UPSTREAM)).nodes
    return {Place(kind, node_id) for found in (origins, tests) for kind, ids in found.items() for node_id in ids}


def _holding_nothing(nodes: Ids, needs: Needs) -> list[Place]:
    """Return the empty contexts, which stay: somebody may have created them for later."""
    return [Place(CONTEXT, node_id) for node_id in nodes[CONTEXT] if Place(CONTEXT, node_id) not in needs]


def _still(session: Session, nodes: Ids, *, before: int) -> Ids:
    """Return the nodes that nobody has updated or begun to need meanwhile, and lock them until all is deleted."""
    locked = {kind: node_rows.ask_to_update(session, kind, list(nodes[kind]))() for kind in LOCK_ORDER}
    old = {kind: {row.id for row in rows if row.updated < before} for kind, rows in locked.items()}
    return without(old, protected(needs_of(session, old), old))


def _to_bury(session: Session, nodes: Ids) -> Ids:
    """Return the nodes that become tombstones: no contexts with members, and no existing tombstones."""
    buried = {kind: nodes[kind] - deletion_rows.with_property(session, kind, nodes[kind], DELETED) for kind in KINDS}
    return {**buried, CONTEXT: set()}


def _within(limit: int, order: Iterable[Place], going: Ids, needs: Needs) -> tuple[Ids, bool]:
    """Return as many of the nodes as the limit allows, each with all that needs it, and whether some are left."""
    chosen: set[Place] = set()
    for place in order:
        waiting = [place] if place.id in going[place.kind] and len(chosen) < limit else []
        while waiting:
            found = waiting.pop()
            if found not in chosen:
                chosen.add(found)
                waiting += needs.get(found, ())
    return sorted_out(chosen), len(chosen) < _count(going)
