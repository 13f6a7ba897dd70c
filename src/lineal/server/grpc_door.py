"""The gRPC server: the 52 RPCs, Lineal's own, the health service and reflection on one port.

What stays out: rules and SQL. A handler passes the bytes to `rpcs.answer`, and `status.py` translates its errors.
"""

from __future__ import annotations

from collections.abc import Callable

import grpc
from grpc_reflection.v1alpha import reflection

from lineal.config import MAX_METADATA_BYTES, NATIVE, ServerSettings
from lineal.server import addresses, grpc_engines
from lineal.server.admission import Rates
from lineal.server.auth.grpc_guard import GrpcGuard
from lineal.server.auth.guard import OPEN, Guard
from lineal.server.call_threads import CallThreads
from lineal.server.grpc_connections import GrpcConnections
from lineal.server.grpc_handlers import Way, bound, call_threads
from lineal.server.health import SERVICE_NAME as HEALTH_NAME
from lineal.server.health import Health
from lineal.server.observing.grpc_calls import GrpcCalls
from lineal.server.open_files import connections_for_each
from lineal.server.receiving import Receiving
from lineal.server.rpcs import SERVICES
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
        self._threads, self._readers = call_threads(settings)
        self._receiving = Receiving(limits.max_receive_seconds)
        way = Way(service, guard, settings.max_message_bytes, limits, Rates(limits.max_rate), self._receiving)
        options, interceptors = _channel_options(settings), _interceptors(guard)
        self._streams = streams = grpc.server(self._threads, interceptors=interceptors, options=options)
        self._server = _of_engine(settings, streams, self._threads, interceptors)
        self._health = Health(limits.max_receive_seconds)
        for name in SERVICES:
            self._server.add_generic_rpc_handlers((bound(way, name, self._threads, self._readers),))
        for server in {streams, self._server}:
            server.add_generic_rpc_handlers((self._health.handlers(),))
        reflection.enable_server_reflection((*SERVICES, HEALTH_NAME, reflection.SERVICE_NAME), streams)
        self.show_ready(False)
        self.address = self._listen(settings)
        grpc_engines.tell(settings)
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
        if self._server is self._streams:
            addresses.stop_listening(self._port)
        else:
            self._server.leave()

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


def _interceptors(guard: Guard) -> list[grpc.ServerInterceptor]:
    found: list[grpc.ServerInterceptor] = [GrpcCalls(SERVICES), BoundedStreams()]
    return found + ([GrpcGuard(guard.authenticator)] if guard.authenticator else [])


def _of_engine(
    settings: ServerSettings, streams: grpc.Server, threads: CallThreads, interceptors: list[grpc.ServerInterceptor]
) -> grpc.Server:
    """Return the server of the RPCs: grpcio's, which also serves streams, or one of the native engine before it."""
    if grpc_engines.chosen(settings) != NATIVE:
        return streams
    from lineal.server.native_limits import Bounds
    from lineal.server.native_server import NativeServer

    bounds = Bounds(_most_received(settings), settings.limits.max_receive_seconds)
    options, most = dict(_channel_options(settings)), settings.limits.max_concurrent
    return NativeServer(threads, interceptors, options, streams, most=most, bounds=bounds)


def _most_received(settings: ServerSettings) -> int:
    """Return how large a message may become before the transport refuses it."""
    return min(2 * settings.max_message_bytes + 32 * _MIB, (1 << 31) - 1)


def _channel_options(settings: ServerSettings) -> list[tuple[str, int | str]]:
    """Return the options of the server.

    gRPC's own error about a message that is too large does not name our flag. So gRPC lets somewhat larger messages
    through, and `rpcs.answer` refuses them. gRPC itself refuses only far larger ones, before they take memory.
    """
    shared = settings.workers > 1
    options: dict[str, int | str] = {
        "grpc.max_receive_message_length": _most_received(settings),
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
