"""Addresses to listen on: taking a port, and saying plainly why one cannot be taken.

What stays out: serving.
"""

from __future__ import annotations

import socket

from lineal import errors


def listen(host: str, port: int, *, flag: str) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        UnavailableError: the address cannot be taken; the message names it and the flag that chose it.
    """
    family, address = _resolve(host, port)
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise cannot_listen(host, port, flag=flag, reason=error.strerror or str(error)) from None
    return listener


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


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[object, ...]]:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise errors.UnavailableError(
            f"Cannot listen on the host {host!r}: {error.strerror}; give --host an address of this machine"
        ) from None
    return family, address
