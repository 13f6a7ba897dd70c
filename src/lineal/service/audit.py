"""The audit log: who changed what, with the values before and after, in the transaction of the change.

Deletions are always written down; other writes are where the settings ask for it (docs/operations/retention.md). What
stays out: what counts as a change (store/trail.py).
"""

from __future__ import annotations

from typing import Any

from lineal.service.access import Caller
from lineal.service.calls import Handler
from lineal.service.clock import now
from lineal.store import audit_rows
from lineal.store.database import Session
from lineal.store.trail import Change, Trail, Values

STORE = "store"


def note(
    session: Session, *, who: str, command: str, action: str, old: Values | None = None, new: Values | None = None
) -> None:
    """Write down what a command did to a store as a whole; the table of the log must be there."""
    change = Change(action, STORE, 0, old, new)
    audit_rows.add(session, [change], time=now(), who=who, rpc=command)


def audited(handler: Handler, caller: Caller, rpc: str) -> Handler:
    """Return a handler that writes down what it changes."""

    def handle(session: Session, types: Any, request: Any) -> Any:
        session.trail = trail = Trail()
        response = handler(session, types, request)
        audit_rows.add(session, trail.changes(session), time=now(), who=caller.name, rpc=rpc)
        return response

    return handle
