"""The rules behind OpenLineage: its events as contexts, executions and artifacts of the store, and the way back.

`Receiver` is public. What stays out: HTTP (server/openlineage), and the mapping in words (docs/openlineage.md).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from lineal import conventions, deadlines, errors
from lineal.config import OpenLineageSettings
from lineal.openlineage.checks import read
from lineal.openlineage.grouping import Grouping
from lineal.openlineage.hiding import hidden
from lineal.openlineage.receiving import Receipt, Received, receive_event, receive_events
from lineal.openlineage.workspaces import DEFAULT_WORKSPACE, Rules
from lineal.service import MetadataService
from lineal.service.access import UNNAMED, Caller, require
from lineal.service.calls import Call

__all__ = ["DEFAULT_WORKSPACE", "METHOD", "Receipt", "Receiver"]

METHOD = conventions.OPENLINEAGE_CALL
"""What a received event is called in messages and in the audit log."""
AGAIN_SECONDS = 3.0
"""How long a conflict with other writers is tried again: clients of Spark never repeat a request."""
_FIRST_PAUSE = 0.01
_CALL = Call(receive_event, writes=True, needs_own_tables=True)
_TOGETHER = Call(receive_events, writes=True, needs_own_tables=True)


class Receiver:
    """Takes events. Safe for any number of threads."""

    def __init__(
        self,
        service: MetadataService,
        *,
        caller: Callable[[], Caller] = lambda: UNNAMED,
        settings: OpenLineageSettings = OpenLineageSettings(),  # noqa: B008 frozen
        call: Call = _CALL,
    ) -> None:
        """Begin to take events.

        Args:
            service: the store.
            caller: returns the current caller.
            settings: the rules for workspaces.
            call: what stores an event.
        """
        self._service = service
        self._caller = caller
        self._rules = Rules(settings.workspaces)
        self._call = call
        database = service.database
        is_plain = call is _CALL and not database.settings.audit  # the audit log names what each event changed
        self._grouping = Grouping(self._stored_together) if is_plain and not database.dialect.writers_race else None

    def require_writer(self) -> Caller:
        """Return the caller.

        Raises:
            PermissionDeniedError: the caller must not write.
        """
        return require(self._caller(), self._call.needed_role, METHOD)

    def receive(self, given: Any) -> Receipt:
        """Store what an event says, in a transaction of its own or together with events that come at the same time.

        Args:
            given: the JSON value of the event; it is not changed.

        Returns:
            Whether it was stored, and what was left out of it.

        Raises:
            EventError: the event is wrong, and where.
            PermissionDeniedError: the caller must not write, or not into the workspace of the event.
            AbortedError, AlreadyExistsError: other writers were in the way for AGAIN_SECONDS.
            StatusError: it was not stored, for another reason.
        """
        caller = self.require_writer()
        safe = hidden(given)
        event = read(safe.event)
        if event is None:
            return Receipt(is_stored=False)
        receipt = self._stored(Received(self._rules.workspace_of(event, caller.scope), event), caller)
        return replace(receipt, left_out=(*receipt.left_out, *safe.notes))

    def _stored(self, received: Received, caller: Caller) -> Receipt:
        if self._grouping is not None:
            # Callers without a scope may all write the same, so they share transactions.
            receipt = self._grouping.receipt_of(received, UNNAMED if caller.scope is None else caller)
            if receipt is not None:
                return receipt
        end, pause = time.monotonic() + AGAIN_SECONDS, _FIRST_PAUSE
        while True:
            try:
                return cast("Receipt", self._service.call(METHOD, received, caller=caller, called=self._call))
            except (errors.AbortedError, errors.AlreadyExistsError):
                if time.monotonic() + pause > end:
                    raise
                deadlines.check()
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 so that two writers do not meet again
            pause *= 2

    def _stored_together(self, events: Sequence[Received], caller: Caller) -> Sequence[Receipt]:
        return cast("Sequence[Receipt]", self._service.call(METHOD, events, caller=caller, called=_TOGETHER))
