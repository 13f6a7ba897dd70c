"""The rules of attributions, associations and parent contexts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lineal import deadlines, errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION, Kind
from lineal.service.known_types import KnownTypes
from lineal.store.engine.dialects.base import Conflict
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.store.schema import locks
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

_Pair = tuple[int | None, int | None]


def put_attributions_and_associations(
    session: Session, _: KnownTypes, request: rpc.PutAttributionsAndAssociationsRequest
) -> rpc.PutAttributionsAndAssociationsResponse:
    """Put artifacts, then executions, into contexts; existing memberships do not change.

    Raises:
        InvalidArgumentError: a context, artifact or execution is not given or does not exist.
    """
    attributions = [(_given(link, "context_id"), _given(link, "artifact_id")) for link in request.attributions]
    associations = [(_given(link, "context_id"), _given(link, "execution_id")) for link in request.associations]
    contexts = {context_id for context_id, _ in attributions + associations if context_id is not None}
    known = node_rows.ask_to_link(session, CONTEXT, contexts)
    artifacts = _ask_for_nodes(session, ARTIFACT, attributions)
    executions = _ask_for_nodes(session, EXECUTION, associations)
    _put_members(session, ARTIFACT, attributions, known(), artifacts())
    _put_members(session, EXECUTION, associations, known(), executions())
    return rpc.PutAttributionsAndAssociationsResponse()


def _given(link: pb.Attribution | pb.Association | pb.ParentContext, field: str) -> int | None:
    return getattr(link, field) if link.HasField(field) else None


def _ask_for_nodes(session: Session, kind: Kind, pairs: Sequence[_Pair]) -> Callable[[], set[int]]:
    return node_rows.ask_to_link(session, kind, {node_id for _, node_id in pairs if node_id is not None})


def _put_members(session: Session, kind: Kind, pairs: Sequence[_Pair], contexts: set[int], known: set[int]) -> None:
    checked: list[tuple[int, int]] = []
    for context_id, node_id in pairs:
        deadlines.check()
        if context_id is None or context_id not in contexts:
            raise _missing(CONTEXT, context_id)
        if node_id is None or node_id not in known:
            raise _missing(kind, node_id)
        checked.append((context_id, node_id))
    relations.add_members(session, kind, checked)


def _missing(kind: Kind, node_id: int | None) -> errors.InvalidArgumentError:
    if node_id is None:
        return errors.InvalidArgumentError(f"a relation has no {kind.id_column}; give the id of the {kind.name}")
    return errors.InvalidArgumentError(f"a relation names {kind.name} {node_id}, which does not exist; put it first")


def put_parent_contexts(
    session: Session, _: KnownTypes, request: rpc.PutParentContextsRequest
) -> rpc.PutParentContextsResponse:
    """Put contexts inside others.

    Raises:
        InvalidArgumentError: parent or child is not given, does not exist, or the pair would close a cycle.
        AlreadyExistsError: the pair exists.
    """
    pairs = [(_given(link, "child_id"), _given(link, "parent_id")) for link in request.parent_contexts]
    known = node_rows.ids_to_link(
        session, CONTEXT, {node_id for pair in pairs for node_id in pair if node_id is not None}
    )
    locks.take(session, locks.PARENT_CONTEXTS)  # two pairs put at the same time must not close a cycle together
    ancestors = _Ancestors(session.unscoped)  # a cycle must not close through contexts that the caller does not see
    checked: list[tuple[int, int]] = []
    fault: errors.StatusError | None = None
    for child_id, parent_id in pairs:
        try:
            checked.append(_checked_pair(child_id, parent_id, known, ancestors))
        except errors.StatusError as error:
            fault = error
            break
    _write_parents(session, checked)
    if fault:
        raise fault
    return rpc.PutParentContextsResponse()


def _checked_pair(
    child_id: int | None, parent_id: int | None, known: set[int], ancestors: _Ancestors
) -> tuple[int, int]:
    parent_id = _known_context(parent_id, known)
    child_id = _known_context(child_id, known)
    if child_id == parent_id or ancestors.leads(parent_id, child_id):
        raise errors.InvalidArgumentError(
            f"context {child_id} cannot be in context {parent_id}, which is itself or is in it"
        )
    ancestors.add(child_id, parent_id)
    return child_id, parent_id


def _known_context(context_id: int | None, known: set[int]) -> int:
    if context_id is None or context_id not in known:
        raise _missing(CONTEXT, context_id)
    return context_id


def _write_parents(session: Session, pairs: Sequence[tuple[int, int]]) -> None:
    try:
        relations.add_parents(session, pairs)
    except Conflict as conflict:
        which = ""
        if conflict.row is not None:
            child_id, parent_id = pairs[conflict.row]
            which = f" (child {child_id}, parent {parent_id})"
        raise errors.AlreadyExistsError(f"the parent context{which} is set already; leave it out") from conflict


class _Ancestors:
    """The parents of contexts, read generation by generation as they are asked for, with those about to be written."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._parents: dict[int, set[int]] = {}

    def add(self, child_id: int, parent_id: int) -> None:
        """Record a pair that is about to be written."""
        self._load({child_id})
        self._parents[child_id].add(parent_id)

    def leads(self, start: int, goal: int) -> bool:
        """Say whether `goal` is an ancestor of `start`."""
        seen: set[int] = set()
        generation = {start}
        while generation:
            seen |= generation
            self._load(generation)
            generation = set().union(*(self._parents[child] for child in generation)) - seen
            if goal in generation:
                return True
        return False

    def _load(self, ids: set[int]) -> None:
        unknown = sorted(ids - self._parents.keys())
        self._parents.update((child, set()) for child in unknown)
        for child_id, parent_id in relations.parent_ids(self._session, unknown):
            self._parents[child_id].add(parent_id)
