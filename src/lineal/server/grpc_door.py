"""The gRPC server: the 52 RPCs, Lineal's own, the health service and reflection on one port.

What stays out: rules and SQL. A handler passes the bytes to `rpcs.answer`, and `status.py` translates its errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import grpc
from grpc_reflection.v1alpha import reflection

from lineal import lineage_cuts
from lineal.config import MAX_METADATA_BYTES, ServerSettings
from lineal.deadlines import CURRENT, Deadline
from lineal.security import LimitSettings
from lineal.server import addresses
from lineal.server.admission import Rates
from lineal.server.auth.grpc_guard import GrpcGuard
from lineal.server.auth.guard import OPEN, Guard
from lineal.server.call_threads import CallThreads, require_room
from lineal.server.compression import plain
from lineal.server.grpc_connections import Callers, GrpcConnections
from lineal.server.health import SERVICE_NAME as HEALTH_NAME
from lineal.server.health import Health
from lineal.server.observing.grpc_calls import GrpcCalls
from lineal.server.open_files import connections_for_each
from lineal.server.reader_threads import READERS, ReaderThreads
from lineal.server.receiving import Receiving
from lineal.server.rpcs import SERVICE_NAME, SERVICES, Rpc, answer
from lineal.server.status import abort
from lineal.server.streams import BoundedStreams
from lineal.server.tls import grpc_credentials
from lineal.service import MetadataService

PORT_FLAG = "--grpc-port"
DOORS = 2
CONNECTION_SECONDS = 30
"""How long a client stays with one of several workers; gRPC makes it up to a tenth longer or shorter."""
HANDSHAKE_SECONDS = 10
IDLE_SECONDS = 600
"""How long a connection may have no call; its client connects again with the next one."""
_MIB = 1 << 20
_SOFT_METADATA_LIMIT = "grpc.max_metadata_size"
_HARD_METADATA_LIMIT = "grpc.absolute_max_metadata_size"


class GrpcDoor:
    """A gRPC server over a service; it listens from the start and answers after `start`."""

    def __init__(self, service: MetadataService, settings: ServerSettings, guard: Guard = OPEN) -> None:
        limits = settings.limits
        self._threads, self._readers = _threads(settings)
        self._receiving = Receiving(limits.max_receive_seconds)
        way = _Way(service, guard, settings.max_message_bytes, limits, Rates(limits.max_rate), self._receiving)
        interceptors: list[grpc.ServerInterceptor] = [GrpcCalls(SERVICES), BoundedStreams()]
        interceptors += [GrpcGuard(guard.authenticator)] if guard.authenticator else []
        self._server = grpc.server(self._threads, interceptors=interceptors, options=_channel_options(settings))
        self._health = Health(limits.max_receive_seconds)
        for name in SERVICES:
            handlers = _bind(way, name, self._threads, self._readers)
            self._server.add_generic_rpc_handlers((handlers,))
        self._server.add_generic_rpc_handlers((self._health.handlers(),))
        reflection.enable_server_reflection(
            (*SERVICES, HEALTH_NAME, reflection.SERVICE_NAME),
            self._server,
        )
        self.show_ready(False)
        self.address = self._listen(settings)
        self._connections = GrpcConnections(
            self._port, connections_for_each(DOORS, limits.max_connections), way.callers
        )

    def start(self) -> None:
        """Answer requests from now on."""
        self._server.start()

    def show_ready(self, ready: bool) -> None:
        """Let the health service tell whether requests can be answered."""
        self._health.show(("", *SERVICES), ready)

    def leave(self) -> None:
        """Accept no new connections; open ones end by themselves, between calls, when they are old."""
        addresses.stop_listening(self._port)

    def stop(self, grace: float, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Take no new requests, finish the accepted ones, and return when none is left.

        Args:
            grace: seconds after which the remaining calls are cancelled; their writes are finished or not begun.
            hurry: asked ten times a second; once it says yes, the grace is over.
        """
        self._health.begin_stop()
        stopped = self._server.stop(grace)
        while not stopped.wait(0.1):
            if hurry():
                self._server.stop(None)
        if self._readers:
            self._readers.shutdown(wait=True)
        self._threads.shutdown(wait=True)
        self._connections.close()
        self._receiving.close()
        self._health.close()

    @property
    def _port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def _listen(self, settings: ServerSettings) -> str:
        host, port = settings.host, settings.grpc_port
        if settings.workers == 1:
            addresses.require_free(host, port, flag=PORT_FLAG)
        place = addresses.join(host, port)
        try:
            if settings.tls.is_on:
                taken = self._server.add_secure_port(place, grpc_credentials(settings.tls))
            else:
                taken = self._server.add_insecure_port(place)
        except RuntimeError:
            raise addresses.cannot_listen(host, port, flag=PORT_FLAG, reason="the address was refused") from None
        return addresses.join(host, taken)


@dataclass(frozen=True)
class _Way:
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
        self.callers.calls.add(context)
        try:
            return self._answer(called, requests, context, threads)
        finally:
            self.callers.calls.discard(context)

    def _answer(
        self,
        called: Rpc,
        requests: Iterator[bytes],
        context: grpc.ServicerContext,
        threads: CallThreads | ReaderThreads,
    ) -> bytes:
        require_room()
        caller = self.guard.caller()
        peer = context.peer()
        self.callers.know(peer)
        self.rates.count(caller.name if self.guard.authenticator else peer.rpartition(":")[0])
        message = self.receiving.message(requests, context, threads)
        token = CURRENT.set(self._deadline(context))
        try:
            with threads.working:
                request = plain(message, self.limits, max_bytes=self.max_bytes)
                return answer(self.service, called, request, max_bytes=self.max_bytes, caller=caller)
        finally:
            CURRENT.reset(token)

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
    way = _Way(service, OPEN, max_bytes, limits, Rates(limits.max_rate), Receiving(limits.max_receive_seconds))
    return _bind(way, name, CallThreads(1, 1))


def _threads(settings: ServerSettings) -> tuple[CallThreads, ReaderThreads | None]:
    """Return the threads of all calls, or those of most calls and those of reads."""
    most, threads = settings.limits.max_concurrent, settings.threads
    if not settings.database.is_in_process or threads <= 2 * READERS:
        return CallThreads(threads, most), None
    others = CallThreads(threads - READERS, most - READERS)
    return others, ReaderThreads(others)


def _bind(way: _Way, name: str, threads: CallThreads, readers: ReaderThreads | None = None) -> grpc.GenericRpcHandler:
    handlers = {
        called.name: grpc.stream_unary_rpc_method_handler(_handler(way, called, threads, readers))
        for called in SERVICES[name].values()
    }
    return grpc.method_handlers_generic_handler(name, handlers)


def _handler(
    way: _Way, called: Rpc, threads: CallThreads, readers: ReaderThreads | None
) -> Callable[[Iterator[bytes], grpc.ServicerContext], bytes]:
    """Return the handler of an RPC; it takes a stream, since it begins before its one message is whole."""
    used = readers if readers and not way.service.calls[called.name].writes else threads

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
    way: _Way, called: Rpc, requests: Iterator[bytes], context: grpc.ServicerContext, used: CallThreads | ReaderThreads
) -> bytes:
    """Answer a call, and send as trailing metadata where its walk was cut."""
    with lineage_cuts.collected() as cuts:
        response = way.answer(called, requests, context, used)
    if cuts:
        context.set_trailing_metadata(((lineage_cuts.TRAILER, lineage_cuts.encoded(cuts)),))
    return response


def _channel_options(settings: ServerSettings) -> list[tuple[str, int | str]]:
    """Return the options of the server.

    gRPC's own error about a message that is too large does not name our flag. So gRPC lets somewhat larger messages
    through, and `rpcs.answer` refuses them. gRPC itself refuses only far larger ones, before they take memory.
    """
    received = 2 * settings.max_message_bytes + 32 * _MIB
    shared = settings.workers > 1
    options: dict[str, int | str] = {
        "grpc.max_receive_message_length": min(received, (1 << 31) - 1),
        "grpc.max_send_message_length": -1,
        "grpc.max_allowed_incoming_connections": connections_for_each(DOORS, settings.limits.max_connections),
        "grpc.server_handshake_timeout_ms": HANDSHAKE_SECONDS * 1000,
        "grpc.max_connection_idle_ms": IDLE_SECONDS * 1000,
        "grpc.per_message_decompression": 0,  # a message stays as it came (compression.py)
        # With it, a second server on the same port is no error; the supervisor of workers sees to that itself.
        "grpc.so_reuseport": int(shared),
    }
    if shared:
        options["grpc.max_connection_age_ms"] = CONNECTION_SECONDS * 1000
    given = dict(settings.channel_arguments)
    return list({**options, **given, **_metadata_options(given)}.items())


def _metadata_options(given: dict[str, int | str]) -> dict[str, int | str]:
    """Return the limit of metadata, as one number.

    Between its soft limit and its hard limit, by default a quarter more, gRPC refuses calls at random. Here both are
    the hard limit, so metadata that could have passed always passes.
    """
    soft = given.get(_SOFT_METADATA_LIMIT)
    usual = soft * 5 // 4 if isinstance(soft, int) else MAX_METADATA_BYTES
    most = given.get(_HARD_METADATA_LIMIT, usual)
    return {_SOFT_METADATA_LIMIT: most, _HARD_METADATA_LIMIT: most}
