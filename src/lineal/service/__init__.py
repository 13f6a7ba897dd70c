"""The rules of the metadata service: protos in, protos out, one call = one transaction.

What stays out: grpc, HTTP and SQL. `MetadataService.call` is the one way in; the gRPC server and the embedded transport
both use it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, NoReturn, TypeVar

from google.protobuf.message import Message

from lineal import errors
from lineal.service import scope_rules
from lineal.service.access import UNNAMED, Caller, require
from lineal.service.audit import audited
from lineal.service.calls import CALLS, Call, Handler
from lineal.service.known_types import KnownTypes
from lineal.store.engine.database import Database, SessionFactory
from lineal.store.engine.session import Session
from lineal.store.index import marks as index_marks
from lineal.store.own_rows import locations, outbox
from lineal.store.schema import on_demand
from lineal.store.tables.own_tables import AUDIT
from lineal.store.workspaces.scoped_session import ScopedSession

Result = TypeVar("Result")

__all__ = ["CALLS", "MetadataService"]

LONGEST_MESSAGE = 1000


class MetadataService:
    """All calls of the metadata service on one database. Safe for any number of threads.

    Attributes:
        database: the open database, for those who watch it.
        calls: the rule for each RPC, by its name.
    """

    def __init__(self, database: Database, calls: Mapping[str, Call]) -> None:
        self.database = database
        self.calls = calls
        self._types = KnownTypes()
        self._has_own_tables = self._has_log = False
        begins = [index_marks.LateMarks().begin, locations.LateLocations().begin, outbox.LateOutbox().begin]
        database.around_write = _around_write(*begins)

    def call(self, method: str, request: Any, *, caller: Caller = UNNAMED, called: Call | None = None) -> Message:
        """Run one call in its own transaction, within the caller's rights; the request is not changed.

        Args:
            method: its name, for people and the audit log too.
            request: what its rule takes: a message, if it is an RPC.
            caller: who calls.
            called: the call, if it is one of another table than `calls`; what its rule returns is the answer.

        Raises:
            UnimplementedError: there is no such call.
            PermissionDeniedError: the caller's role does not allow the call.
            StatusError: the call failed, and nothing of it was stored.
        """
        called = called or self.calls.get(method) or self._unknown(method)
        caller = require(caller, called.needed_role, method)
        if called.whole:
            return called.whole(self, request, caller)
        handler: Handler = called.handler
        if called.writes and caller.scope is not None:
            handler = scope_rules.checked(handler)
        is_audited = called.is_audited or (called.writes and self.database.settings.audit)
        if is_audited or called.needs_own_tables:
            self._prepare_own_tables()
        if is_audited:
            handler = audited(handler, caller, method)
        run = self.write if called.writes else self.read
        try:
            response: Message = run(lambda session, types: handler(session, types, request), caller=caller)
        except errors.StatusError as error:
            raise _shortened(error) from error.__cause__
        return response

    def _unknown(self, method: str) -> NoReturn:
        raise errors.UnimplementedError(f"no call named {method!r}; MetadataStoreService has {len(CALLS)} calls")

    def _prepare_own_tables(self) -> None:
        """Create Lineal's own tables, if nobody has done so yet."""
        if not self._has_own_tables:
            self._has_own_tables = on_demand.prepare(self.database)

    def has_log(self) -> bool:
        """Return whether the database has an audit log; nothing is created."""
        if not self._has_log:
            self._has_log = self._has_own_tables or on_demand.exists(self.database, AUDIT)
        return self._has_log

    def read(self, work: Callable[[Session, KnownTypes], Result], *, caller: Caller = UNNAMED) -> Result:
        """Run a read of the catalogue in a transaction of its own, on one consistent state, as the caller sees it.

        Raises:
            StatusError: the read failed.
        """
        return self.database.read(lambda session: work(session, self._types), session=_sessions_of(caller))

    def write(self, work: Callable[[Session, KnownTypes], Result], *, caller: Caller = UNNAMED) -> Result:
        """Run a write in a transaction of its own.

        Raises:
            StatusError: the write failed, and nothing of it was stored.
        """
        learned = KnownTypes()

        def attempt(session: Session) -> Result:
            nonlocal learned
            learned = KnownTypes(self._types)
            return work(session, learned)

        result = self.database.write(attempt, session=_sessions_of(caller))
        self._types.add(learned)
        return result

    def close(self) -> None:
        """Close the database; calls after this are errors."""
        self.database.close()

    def __enter__(self) -> MetadataService:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _around_write(*begins: Callable[[Session], Callable[[], None]]) -> Callable[[Session], Callable[[], None]]:
    """Return the one function that begins what several do around a write."""

    def begin(session: Session) -> Callable[[], None]:
        ends = [each(session) for each in begins]

        def end() -> None:
            for each in ends:
                each()

        return end

    return begin


def _sessions_of(caller: Caller) -> SessionFactory:
    """Return how a transaction of a caller sees the store: as a whole, or their workspaces alone."""
    return Session if caller.scope is None else partial(ScopedSession, scope=caller.scope)


def _shortened(error: errors.StatusError) -> errors.StatusError:
    """Shorten a message that quotes a long text of the caller: gRPC carries at most 8 kB."""
    message = error.message
    if len(message) <= LONGEST_MESSAGE:
        return error
    half = LONGEST_MESSAGE // 2
    return errors.make_exception(f"{message[:half]} ... {message[-half:]}", error.error_code, error.details)
