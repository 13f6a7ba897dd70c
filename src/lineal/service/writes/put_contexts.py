"""The rules for the contexts in PutExecution and PutLineageSubgraph: put them, or reuse existing ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lineal import deadlines, errors
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.service.known_types import KnownTypes
from lineal.service.writes.node_fields import label
from lineal.service.writes.put_nodes import write_nodes
from lineal.store.engine.session import Session
from lineal.store.rows import nodes as node_rows
from lineal.store.rows import relations
from lineal.wire import metadata_store as pb

_TypeAndName = tuple[int, str]
_MEMBERS_AT_ONCE = 20_000  # each artifact is put into each context, which may be millions of rows


@dataclass(frozen=True)
class ReuseOptions:
    """What may be reused.

    Attributes:
        existing: a context without id whose type and name exist is used as it is stored.
        given_ids: a context with an id is used as it is stored, whatever else is given.
    """

    existing: bool
    given_ids: bool = False


@dataclass
class _Walk:
    """Contexts in order: ids found so far, and neighbours that wait to be put together."""

    ids: list[int | None]
    pending: list[int] = field(default_factory=list)
    same_as: dict[int, int] = field(default_factory=dict)
    first_with: dict[_TypeAndName, int] = field(default_factory=dict)


def put_contexts(
    session: Session, types: KnownTypes, contexts: Sequence[pb.Context], options: ReuseOptions
) -> list[int]:
    """Put or reuse contexts; return their ids, index-aligned.

    Raises:
        InvalidArgumentError: type_id or name is missing, or a rule of contexts is broken.
        NotFoundError: a reused id does not exist.
        AlreadyExistsError: a name or external id is taken.
        AbortedError: the same for a new context, while reusing: another call may have been faster.
    """
    return start_contexts(session, types, contexts, options)()


def start_contexts(
    session: Session, types: KnownTypes, contexts: Sequence[pb.Context], options: ReuseOptions
) -> Callable[[], list[int]]:
    """Begin to put or reuse contexts; return what ends it."""
    if session.is_careful or _updates_may_rename(contexts, options) or _may_be_one(session, contexts, options):
        return lambda: _put_in_order(session, types, contexts, options)
    stored = _ask_for_stored(session, contexts, options)
    return lambda: _put(session, types, contexts, options, stored())


def _put_in_order(
    session: Session, types: KnownTypes, contexts: Sequence[pb.Context], options: ReuseOptions
) -> list[int]:
    if _updates_may_rename(contexts, options) or _may_be_one(session, contexts, options):
        return [_put_in_order(session, types, [context], options)[0] for context in contexts]
    return _put(session, types, contexts, options, _ask_for_stored(session, contexts, options)())


def _put(
    session: Session, types: KnownTypes, contexts: Sequence[pb.Context], options: ReuseOptions, stored: _Stored
) -> list[int]:
    walk = _Walk([None] * len(contexts))
    for index, context in enumerate(contexts):
        try:
            _place(walk, index, context, stored, options)
        except errors.StatusError:
            _flush(session, types, contexts, walk, options)
            raise
    _flush(session, types, contexts, walk, options)
    for index, first in walk.same_as.items():
        walk.ids[index] = walk.ids[first]
    return [context_id for context_id in walk.ids if context_id is not None]


def _updates_may_rename(contexts: Sequence[pb.Context], options: ReuseOptions) -> bool:
    """Tell whether an update may give or take away the name by which a later context is found."""
    return options.existing and not options.given_ids and len({context.HasField("id") for context in contexts}) > 1


def _may_be_one(session: Session, contexts: Sequence[pb.Context], options: ReuseOptions) -> bool:
    """Say whether two names of the request may be equal for the database; only the database can decide that."""
    return options.existing and len(contexts) > 1 and session.folds_names


@dataclass(frozen=True)
class _Stored:
    """The stored contexts that the given ones may reuse."""

    by_name: node_rows.IdsByName
    ids: set[int]


def _ask_for_stored(session: Session, contexts: Sequence[pb.Context], options: ReuseOptions) -> Callable[[], _Stored]:
    by_name: Callable[[], node_rows.IdsByName] = dict
    ids: Callable[[], set[int]] = set
    if options.existing:
        new = [context for context in contexts if not context.HasField("id")]
        types, names = {context.type_id for context in new}, {context.name for context in new}
        by_name = node_rows.ask_for_named_to_link(session, CONTEXT, types, names)
    if options.given_ids:
        given = {context.id for context in contexts if context.HasField("id")}
        ids = node_rows.ask_to_link(session, CONTEXT, given)
    return lambda: _Stored(by_name(), ids())


def _place(walk: _Walk, index: int, context: pb.Context, stored: _Stored, options: ReuseOptions) -> None:
    """Find the id of a context, or record that it must be put."""
    if options.given_ids and context.HasField("id"):
        if context.id not in stored.ids:
            raise errors.NotFoundError(f"{label(CONTEXT, context)} does not exist; leave the id out to create it")
        walk.ids[index] = context.id
        return
    if not (context.HasField("type_id") and context.HasField("name")):
        raise errors.InvalidArgumentError(f"{label(CONTEXT, context)} needs both type_id and name")
    key = (context.type_id, context.name)
    if not options.existing or context.HasField("id"):
        walk.pending.append(index)
    elif key in stored.by_name:
        walk.ids[index] = stored.by_name[key]
    elif key in walk.first_with:
        walk.same_as[index] = walk.first_with[key]
    else:
        walk.first_with[key] = index
        walk.pending.append(index)


def _flush(
    session: Session, types: KnownTypes, contexts: Sequence[pb.Context], walk: _Walk, options: ReuseOptions
) -> None:
    """Put the contexts that wait."""
    waiting, walk.pending = walk.pending, []
    try:
        ids = write_nodes(session, types, CONTEXT, [contexts[index] for index in waiting])
    except errors.AlreadyExistsError as error:
        if session.sees_all and options.existing and not any(contexts[index].HasField("id") for index in waiting):
            raise errors.AbortedError(error.message, error.details) from error
        raise
    for index, context_id in zip(waiting, ids, strict=True):
        walk.ids[index] = context_id


def join_contexts(
    session: Session, context_ids: Sequence[int], *, artifact_ids: Sequence[int], execution_ids: Sequence[int]
) -> None:
    """Put every artifact and every execution into every context."""
    for kind, node_ids in ((ARTIFACT, artifact_ids), (EXECUTION, execution_ids)):
        at_once = max(1, _MEMBERS_AT_ONCE // max(1, len(node_ids)))
        for piece in session.pieces(context_ids, at_once):
            deadlines.check()
            relations.add_members(
                session, kind, [(context_id, node_id) for context_id in piece for node_id in node_ids]
            )
