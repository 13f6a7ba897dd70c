"""The handlers of the RPCs: what a call passes on its way to the service, whichever transport brings it.

A handler takes the messages of a call and the call's context, of which it uses a part of `grpc.ServicerContext`. What
stays out: the transports (grpc_door.py, native_calls.py), rules and SQL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import grpc

from lineal import lineage_cuts
from lineal.config import ServerSettings
from lineal.deadlines import Deadline, calling_until
from lineal.security import LimitSettings
from lineal.server.admission import Rates
from lineal.server.auth.guard import OPEN, Guard
from lineal.server.call_threads import CallThreads, require_room
from lineal.server.compression import plain
from lineal.server.grpc_connections import Callers
from lineal.server.reader_threads import READERS, ReaderThreads
from lineal.server.receiving import Receiving
from lineal.server.rpcs import SERVICE_NAME, SERVICES, Rpc, answer
from lineal.server.status import abort
from lineal.service import MetadataService


@dataclass(frozen=True)
class Way:
    """The steps of a call on its way to the service."""

    service: MetadataService
    guard: Guard
    max_bytes: int
    limits: LimitSettings
    rates: Rates
    receiving: Receiving
    callers: Callers = field(default_factory=Callers)

    def answer(
        self,
        called: Rpc,
        requests: Iterator[bytes],
        context: grpc.ServicerContext,
        threads: CallThreads | ReaderThreads,
    ) -> bytes:
        """Answer a call within the limits; its headers are checked before the server waits for its message."""
        with self.callers.in_call(context):
            require_room()
            caller = self.guard.caller()
            peer = context.peer()
            self.callers.know(peer)
            self.rates.count(caller.name if self.guard.authenticator else peer.rpartition(":")[0])
            message = self.receiving.message(requests, context, threads)
            with calling_until(self._deadline(context)), threads.working:
                request = plain(message, self.limits, max_bytes=self.max_bytes)
                return answer(self.service, called, request, max_bytes=self.max_bytes, caller=caller)

    def _deadline(self, context: grpc.ServicerContext) -> Deadline:
        """Return the deadline of a call: the client's or the server's, or the moment when the client gives up."""
        allowed = context.time_remaining()
        most = self.limits.max_call_seconds
        deadline = Deadline(most if allowed is None else min(allowed, most))
        if not context.add_callback(deadline.cancel):  # the call is over already
            deadline.cancel()
        return deadline


def bind(service: MetadataService, name: str = SERVICE_NAME, *, max_bytes: int) -> grpc.GenericRpcHandler:
    """Bind every RPC of a descriptor, by the service's name, to the service, without a guard."""
    limits = LimitSettings()
    way = Way(service, OPEN, max_bytes, limits, Rates(limits.max_rate), Receiving(limits.max_receive_seconds))
    return bound(way, name, CallThreads(1, 1))


def call_threads(settings: ServerSettings) -> tuple[CallThreads, ReaderThreads | None]:
    """Return the threads of all calls, or those of most calls and those of reads."""
    most, threads = settings.limits.max_concurrent, settings.threads
    if not settings.database.is_in_process or threads <= 2 * READERS:
        return CallThreads(threads, most), None
    others = CallThreads(threads - READERS, most - READERS)
    return others, ReaderThreads(others)


def bound(way: Way, name: str, threads: CallThreads, readers: ReaderThreads | None = None) -> grpc.GenericRpcHandler:
    """Return the handlers of a service, by its name, with the threads that work on their calls."""
    handlers = {
        called.name: grpc.stream_unary_rpc_method_handler(_handler(way, called, threads, readers))
        for called in SERVICES[name].values()
    }
    return grpc.method_handlers_generic_handler(name, handlers)


def _handler(
    way: Way, called: Rpc, threads: CallThreads, readers: ReaderThreads | None
) -> Callable[[Iterator[bytes], grpc.ServicerContext], bytes]:
    """Return the handler of an RPC; it takes a stream, since it begins before its one message is whole."""
    # A search waits for the index, and a service alone, without a catalogue, has none.
    call = way.service.calls.get(called.name)
    used = readers if readers and call and not (call.writes or call.whole) else threads

    def handle(requests: Iterator[bytes], context: grpc.ServicerContext) -> bytes:
        try:
            if called.name in lineage_cuts.RPCS:
                return _saying_cuts(way, called, requests, context, used)
            return way.answer(called, requests, context, used)
        except Exception as error:
            abort(context, error, rpc_name=called.name)
            raise  # abort has raised already

    if used is readers:
        handle.experimental_thread_pool = used  # type: ignore[attr-defined]  # where gRPC looks for it
    return handle


def _saying_cuts(
    way: Way, called: Rpc, requests: Iterator[bytes], context: grpc.ServicerContext, used: CallThreads | ReaderThreads
) -> bytes:
    """Answer a call, and send as trailing metadata where its walk was cut."""
    with lineage_cuts.collected() as cuts:
        response = way.answer(called, requests, context, used)
    if cuts:
        context.set_trailing_metadata(((lineage_cuts.TRAILER, lineage_cuts.encoded(cuts)),))
    return response
