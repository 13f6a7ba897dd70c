"""The audit log: who changed what, with the values before and after, in the transaction of the change.

Deletions, changes of records, moved aliases, files that are replaced or deleted, tokens and what commands do to a whole
store are always recorded. Other writes are recorded if the settings say so (docs/operations/retention.md). What stays
out: what counts as a change (store/upkeep/changes.py).
"""

from __future__ import annotations

from typing import Any

from lineal.service.access import Caller
from lineal.service.calls import Handler
from lineal.service.clock import now
from lineal.store.engine.session import Session
from lineal.store.upkeep import audit as audit_rows
from lineal.store.upkeep.changes import Change, TransactionChanges, Values

STORE = "store"


def note(
    session: Session,
    *,
    who: str,
    command: str,
    action: str,
    subject: str = STORE,
    old: Values | None = None,
    new: Values | None = None,
) -> None:
    """Record what a command did to a thing without an id, such as the store; the log's table must exist."""
    change = Change(action, subject, 0, old, new)
    audit_rows.add(session, [change], time=now(), who=who, rpc=command)


def audited(handler: Handler, caller: Caller, rpc: str) -> Handler:
    """Return a handler that records its changes."""

    def handle(session: Session, types: Any, request: Any) -> Any:
        session.tracker = tracker = TransactionChanges()
        response = handler(session, types, request)
        audit_rows.add(session, tracker.changes(session), time=now(), who=caller.signature, rpc=rpc)
        return response

    return handle
