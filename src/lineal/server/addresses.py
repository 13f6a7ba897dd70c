"""Addresses to listen on: take a port, or say why that is not possible.

What stays out: serving.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat

from lineal import errors
from lineal.config import ServerSettings
from lineal.urls import redact_url


def listen(host: str, port: int, *, flag: str, shared: bool = False) -> socket.socket:
    """Return a listening socket; port 0 takes a free one, and a shared port may have other listeners.

    Raises:
        UnavailableError: the address cannot be taken; the message names it and the flag that chose it.
    """
    listener = _bound(host, port, flag=flag, shared=shared)
    listener.listen(128)
    return listener


def hold(host: str, port: int, *, flag: str) -> socket.socket:
    """Return a socket that has a port and does not listen, beside which others can listen if they share it.

    Raises:
        UnavailableError: as for `listen`.
    """
    return _bound(host, port, flag=flag, shared=True)


def _bound(host: str, port: int, *, flag: str, shared: bool) -> socket.socket:
    if shared and not hasattr(socket, "SO_REUSEPORT"):
        raise errors.FailedPreconditionError("--workers needs SO_REUSEPORT, which this system lacks; leave it out")
    family, address = _resolve(host, port)
    # Named as TCP: only on such sockets asyncio sends small answers at once, without waiting for more data.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise cannot_listen(host, port, flag=flag, reason=error.strerror or str(error)) from None
    return bound


def stop_listening(port: int) -> None:
    """Stop accepting connections on a port, for servers that have no way to do that; open connections stay open."""
    for name in os.listdir("/dev/fd"):
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                _stop_if_listening(int(name), port)


def _stop_if_listening(descriptor: int, port: int) -> None:
    with socket.socket(fileno=os.dup(descriptor)) as found:
        is_listening = found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
        if is_listening and found.family in (socket.AF_INET, socket.AF_INET6) and found.getsockname()[1] == port:
            found.shutdown(socket.SHUT_RDWR)


def require_free(host: str, port: int, *, flag: str) -> None:
    """Raise the error of `listen` if the port is taken, for servers that open their sockets themselves."""
    if port:
        listen(host, port, flag=flag).close()


def cannot_listen(host: str, port: int, *, flag: str, reason: str) -> errors.UnavailableError:
    """Return the error of an address that cannot be taken."""
    return errors.UnavailableError(
        f"Cannot listen on {join(host, port)}: {reason}; choose another port with {flag} or another address with --host"
    )


def join(host: str, port: int) -> str:
    """Return `host:port`, with brackets around an IPv6 address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def shown(settings: ServerSettings, grpc: str, http: str, *, caution: str = "") -> list[str]:
    """Return the lines about what is served, where, and with which caution; without HTTP its address is ""."""
    secure = "s" if settings.tls.is_on else ""
    database = f"Lineal serves {redact_url(settings.database.url)}"
    places = [f"  gRPC  grpc{secure}://{grpc}", *([f"  HTTP  http{secure}://{http}"] if http else [])]
    return [database, *places, *([f"  Note  {caution}"] if caution else [])]


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[object, ...]]:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise errors.UnavailableError(
            f"Cannot listen on the host {host!r}: {error.strerror}; give --host an address of this machine"
        ) from None
    return family, address
