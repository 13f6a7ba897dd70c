"""The gRPC door: the 52 RPCs, Lineal's own, the health service and reflection on one port.

What stays out: rules and SQL. A handler hands the bytes to `rpcs.answer` and translates what it raises by `status.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from lineal.config import MAX_METADATA_BYTES, ServerSettings
from lineal.security import LimitSettings
from lineal.server import addresses
from lineal.server.admission import BoundedThreads, Rates, require_room
from lineal.server.auth.grpc_guard import GrpcGuard
from lineal.server.auth.guard import OPEN, Guard
from lineal.server.few_threads import FEW, FewThreads
from lineal.server.observing.grpc_calls import GrpcCalls
from lineal.server.rpcs import SERVICE_NAME, SERVICES, Rpc, answer
from lineal.server.status import translate
from lineal.server.streams import BoundedStreams
from lineal.server.tls import grpc_credentials
from lineal.service import MetadataService, call_named
from lineal.store.deadlines import CURRENT, Deadline

PORT_FLAG = "--grpc-port"
CONNECTION_SECONDS = 30
"""How long a client stays with one of several workers; gRPC makes it up to a tenth longer or shorter."""
_MIB = 1 << 20
_SOFT_METADATA_LIMIT = "grpc.max_metadata_size"
_HARD_METADATA_LIMIT = "grpc.absolute_max_metadata_size"


class GrpcDoor:
    """A gRPC server over a service; it listens from the start and answers after `start`."""

    def __init__(self, service: MetadataService, settings: ServerSettings, guard: Guard = OPEN) -> None:
        limits = settings.limits
        self._threads, self._readers = _threads(settings)
        way = _Way(service, guard, settings.max_message_bytes, limits, Rates(limits))
        interceptors: list[grpc.ServerInterceptor] = [GrpcCalls(SERVICES), BoundedStreams()]
        interceptors += [GrpcGuard(guard.authenticator)] if guard.authenticator else []
        self._server = grpc.server(self._threads, interceptors=interceptors, options=_channel_options(settings))
        self._health = health.HealthServicer()
        for name in SERVICES:
            handlers = _bind(way, name, readers=self._readers)
            self._server.add_generic_rpc_handlers((handlers,))
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(
            (*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME),
            self._server,
        )
        self.show_ready(False)
        self.address = self._listen(settings)

    def start(self) -> None:
        """Answer requests from now on."""
        self._server.start()

    def show_ready(self, ready: bool) -> None:
        """Let the health service tell whether requests can be answered."""
        state = health_pb2.HealthCheckResponse.SERVING if ready else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in ("", *SERVICES):
            self._health.set(name, state)

    def leave(self) -> None:
        """Take no new connections; those that are open end by themselves, between calls, when they are old."""
        addresses.stop_listening(int(self.address.rpartition(":")[2]))

    def stop(self, grace: float, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Take no new requests, finish the accepted ones, and return when none is left.

        Args:
            grace: seconds after which the remaining calls are cancelled; their writes are finished or not begun.
            hurry: asked ten times a second; once it says yes, the grace is over.
        """
        self._health.enter_graceful_shutdown()
        stopped = self._server.stop(grace)
        while not stopped.wait(0.1):
            if hurry():
                self._server.stop(None)
        if self._readers:
            self._readers.shutdown(wait=True)
        self._threads.shutdown(wait=True)

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
    """What a call passes on its way to the service."""

    service: MetadataService
    guard: Guard
    max_bytes: int
    limits: LimitSettings
    rates: Rates

    def answer(self, called: Rpc, request: bytes, context: grpc.ServicerContext) -> bytes:
        """Answer a call, within the limits."""
        require_room()
        caller = self.guard.caller()
        if self.limits.max_rate:
            self.rates.count(caller.name if self.guard.authenticator else context.peer().rpartition(":")[0])
        token = CURRENT.set(self._deadline(context))
        try:
            return answer(self.service, called, request, max_bytes=self.max_bytes, caller=caller)
        finally:
            CURRENT.reset(token)

    def _deadline(self, context: grpc.ServicerContext) -> Deadline:
        """Return the end of a call: what its client or the server allows, or when the client gives up."""
        allowed = context.time_remaining()
        most = self.limits.max_call_seconds
        deadline = Deadline(most if allowed is None else min(allowed, most))
        context.add_callback(deadline.cancel)
        return deadline


def bind(service: MetadataService, name: str = SERVICE_NAME, *, max_bytes: int) -> grpc.GenericRpcHandler:
    """Bind every RPC of a descriptor, by the service's name, to the service, without a guard."""
    return _bind(_Way(service, OPEN, max_bytes, LimitSettings(), Rates(LimitSettings())), name)


def _threads(settings: ServerSettings) -> tuple[BoundedThreads, FewThreads | None]:
    """Return the threads of all calls, or those of most calls and those of reads."""
    most, threads = settings.limits.max_concurrent, settings.threads
    if not settings.database.is_in_process or threads <= 2 * FEW:
        return BoundedThreads(threads, most), None
    others = BoundedThreads(threads - FEW, most - FEW)
    return others, FewThreads(others)


def _bind(way: _Way, name: str, *, readers: FewThreads | None = None) -> grpc.GenericRpcHandler:
    handlers = {
        called.name: grpc.unary_unary_rpc_method_handler(_handler(way, called, readers))
        for called in SERVICES[name].values()
    }
    return grpc.method_handlers_generic_handler(name, handlers)


def _handler(way: _Way, called: Rpc, readers: FewThreads | None) -> Callable[[bytes, grpc.ServicerContext], bytes]:
    def handle(request: bytes, context: grpc.ServicerContext) -> bytes:
        try:
            return way.answer(called, request, context)
        except Exception as error:
            context.abort(*translate(error, rpc_name=called.name))
            raise  # abort has raised already

    if readers and not call_named(called.name).writes:
        handle.experimental_thread_pool = readers  # type: ignore[attr-defined]  # where gRPC looks for it
    return handle


def _channel_options(settings: ServerSettings) -> list[tuple[str, int | str]]:
    """Return the options of the server.

    gRPC refuses a message that is too large in words that do not name our flag. So it lets somewhat more through, and
    `rpcs.answer` refuses; only what is far too large is refused by gRPC, before it takes memory.
    """
    received = 2 * settings.max_message_bytes + 32 * _MIB
    shared = settings.workers > 1
    options: dict[str, int | str] = {
        "grpc.max_receive_message_length": min(received, (1 << 31) - 1),
        "grpc.max_send_message_length": -1,
        # With it, a second server on the same port is no error; the supervisor of workers sees to that itself.
        "grpc.so_reuseport": int(shared),
    }
    if shared:
        options["grpc.max_connection_age_ms"] = CONNECTION_SECONDS * 1000
    given = dict(settings.channel_arguments)
    return list({**options, **given, **_metadata_options(given)}.items())


def _metadata_options(given: dict[str, int | str]) -> dict[str, int | str]:
    """Return the limit of metadata, as one number.

    Between its soft limit and its hard one, by default a quarter above, gRPC refuses calls at random. Here both are the
    hard one, so that whatever might have passed always passes.
    """
    soft = given.get(_SOFT_METADATA_LIMIT)
    usual = soft * 5 // 4 if isinstance(soft, int) else MAX_METADATA_BYTES
    most = given.get(_HARD_METADATA_LIMIT, usual)
    return {_SOFT_METADATA_LIMIT: most, _HARD_METADATA_LIMIT: most}
