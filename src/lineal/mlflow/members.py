"""The runs of an experiment, archived and restored with it."""

from __future__ import annotations

from lineal import conventions, deadlines
from lineal.kinds import EXECUTION
from lineal.mlflow import stored_form
from lineal.service.known_types import KnownTypes
from lineal.service.messages import whole_messages
from lineal.service.writes.put_nodes import write_nodes
from lineal.service.writes.update_nodes import UpdateOptions
from lineal.store.engine.session import Session
from lineal.store.rows import whole_nodes

_MASK = UpdateOptions(mask=(f"custom_properties.{conventions.ARCHIVED}",))


def archive(session: Session, types: KnownTypes, experiment: int, *, time: int | None) -> None:
    """Mark the active runs of an experiment as deleted, or all of its runs as active.

    Args:
        session: the transaction.
        types: the known types.
        experiment: the id of the experiment's context.
        time: when they are deleted, in milliseconds since the epoch; None makes them active.
    """
    found = whole_nodes.whole_by_context(session, EXECUTION, experiment)
    changed = []
    for run in whole_messages(session, types, EXECUTION, found):
        deadlines.check()
        is_deleted = stored_form.lifecycle_of(run) == stored_form.DELETED
        if run.type != stored_form.RUN_TYPE or is_deleted == (time is not None):
            continue
        if time is None:
            del run.custom_properties[conventions.ARCHIVED]
        else:
            run.custom_properties[conventions.ARCHIVED].int_value = time
        changed.append(run)
    if changed:
        write_nodes(session, types, EXECUTION, changed, _MASK)
