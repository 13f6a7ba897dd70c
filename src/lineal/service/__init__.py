"""The rules of the metadata service: protos in, protos out, one call = one transaction.

What stays out: grpc, HTTP and SQL. `MetadataService.call` is the one way in; the gRPC server and the embedded transport
both use it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from google.protobuf.message import Message

from lineal import errors
from lineal.config import DatabaseSettings
from lineal.service import inside
from lineal.service.access import UNNAMED, Caller, require
from lineal.service.audit import audited
from lineal.service.calls import CALLS, LINEAGE_CALLS, Call
from lineal.service.known_types import KnownTypes
from lineal.service.migration import downgrade
from lineal.store import index_marks, own_tables, schema
from lineal.store.database import Database, Session
from lineal.urls import PlaceOfStore, url_of

Result = TypeVar("Result")

__all__ = ["CALLS", "MetadataService", "call_named", "downgrade", "open_service"]

LONGEST_MESSAGE = 1000


class MetadataService:
    """All calls of the metadata service on one database. Safe for any number of threads.

    Attributes:
        database: the open database, for those who watch it.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._types = KnownTypes()
        self._has_log = False
        database.before_commit = index_marks.mark_late

    def call(self, method: str, request: Message, *, caller: Caller = UNNAMED) -> Message:
        """Run one RPC in a transaction of its own, as far as the caller may; the request is not changed.

        Raises:
            PermissionDeniedError: the caller's role does not allow the call.
            StatusError: the call failed, and nothing of it was stored.
        """
        called = call_named(method)
        require(caller, called.needed_role, method)
        handler, run = called.handler, self.database.write if called.writes else self.database.read
        if called.writes and caller.scope is not None:
            handler = inside.checked(handler)
        if called.is_audited or (called.writes and self.database.settings.audit):
            self._prepare_log()
            handler = audited(handler, caller, method)
        try:
            response: Message = run(lambda session: handler(session, self._types, request), scope=caller.scope)
        except errors.StatusError as error:
            raise _shortened(error) from error.__cause__
        return response

    def _prepare_log(self) -> None:
        """Create the audit log's table, if nobody has done so yet."""
        if not self._has_log:
            self._has_log = own_tables.prepare(self.database)

    def read(self, work: Callable[[Session, KnownTypes], Result], *, caller: Caller = UNNAMED) -> Result:
        """Run a read of the catalogue in a transaction of its own, on one consistent state, as the caller sees it.

        Raises:
            StatusError: the read failed.
        """
        return self.database.read(lambda session: work(session, self._types), scope=caller.scope)

    def write(self, work: Callable[[Session, KnownTypes], Result], *, caller: Caller = UNNAMED) -> Result:
        """Run a write to Lineal's own tables in a transaction of its own.

        Raises:
            StatusError: the write failed, and nothing of it was stored.
        """
        return self.database.write(lambda session: work(session, self._types), scope=caller.scope)

    def close(self) -> None:
        """Close the database; calls after this are errors."""
        self.database.close()

    def __enter__(self) -> MetadataService:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def call_named(method: str) -> Call:
    """Return how a call is served.

    Raises:
        UnimplementedError: there is no such call.
    """
    for calls in (CALLS, LINEAGE_CALLS):
        if method in calls:
            return calls[method]
    from lineal.service.lifecycle import LIFECYCLE_CALLS  # an embedded store rarely needs it, and it stands on more

    if method in LIFECYCLE_CALLS:
        return LIFECYCLE_CALLS[method]
    raise errors.UnimplementedError(f"no call named {method!r}; MetadataStoreService has {len(CALLS)} calls")


def _shortened(error: errors.StatusError) -> errors.StatusError:
    """Cut the middle out of a message that quotes a long text of the caller's: gRPC carries 8 kB of it at most."""
    message = error.message
    if len(message) <= LONGEST_MESSAGE:
        return error
    half = LONGEST_MESSAGE // 2
    return errors.make_exception(f"{message[:half]} ... {message[-half:]}", error.error_code)


def open_service(settings: DatabaseSettings | PlaceOfStore) -> MetadataService:
    """Open a database, given by settings, a URL or a path, create its schema if it is empty, and serve it.

    Raises:
        InvalidArgumentError: the URL is wrong.
        FailedPreconditionError: what is there is no metadata store, or one of another version.
        StatusError: the database cannot be opened.
    """
    database = Database(settings if isinstance(settings, DatabaseSettings) else DatabaseSettings(url_of(settings)))
    try:
        schema.prepare(database)
    except BaseException:
        database.close()
        raise
    return MetadataService(database)
