"""The engines that can carry gRPC, and the choice between them: grpcio, or the package pygrpc-native.

What stays out: serving with them (grpc_door.py, native_server.py). docs/decisions/0038 says why `auto` is grpcio.
"""

from __future__ import annotations

import logging
from importlib import metadata

from lineal import errors
from lineal.config import AUTO, ENGINE_FLAG, GRPCIO, NATIVE, ServerSettings

PACKAGE = "pygrpc-native"
CHANNEL_ARGUMENTS = frozenset(
    {
        "grpc.absolute_max_metadata_size",
        "grpc.keepalive_permit_without_calls",
        "grpc.keepalive_time_ms",
        "grpc.keepalive_timeout_ms",
        "grpc.max_concurrent_streams",
        "grpc.max_metadata_size",
    }
)
"""The arguments of gRPC's server channel that the native engine obeys."""
UNLIMITED = "it inflates compressed messages to any size, and checks a call only when its message is complete"
_INSTALL = "install it with: pip install 'lineal[native]'"
_log = logging.getLogger(__name__)


def chosen(settings: ServerSettings) -> str:
    """Return the engine for the settings.

    Raises:
        FailedPreconditionError: the native engine was asked for, and cannot serve with these settings.
    """
    if settings.grpc_engine != NATIVE:
        return GRPCIO
    if obstacle := _obstacle(settings):
        raise errors.FailedPreconditionError(
            f"{ENGINE_FLAG} native is not possible: {obstacle}; or start the server with {ENGINE_FLAG} grpcio"
        )
    return NATIVE


def tell(settings: ServerSettings) -> None:
    """Write into the log what the native engine lacks; why `auto` is grpcio, only for those who debug."""
    if settings.grpc_engine == NATIVE:
        _log.warning("%s serves gRPC: %s; only clients that you trust should reach this port", PACKAGE, UNLIMITED)
    elif settings.grpc_engine == AUTO:
        _log.debug("grpcio serves gRPC, and not %s: %s", PACKAGE, _obstacle(settings) or UNLIMITED)


def _obstacle(settings: ServerSettings) -> str:
    """Return why the native engine cannot serve with the settings, and what to do, or ""."""
    try:
        version = metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return f"the package {PACKAGE} is not installed; {_INSTALL}"
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < (0, 5):
        return f"the package {PACKAGE} {version} is too old; {_INSTALL}"
    if settings.tls.is_on:
        return "it does not encrypt (--tls-cert); leave the encryption to a proxy"
    unknown = sorted({name for name, _ in settings.channel_arguments} - CHANNEL_ARGUMENTS)
    return f"it does not know the channel argument {unknown[0]}; leave it out" if unknown else ""
