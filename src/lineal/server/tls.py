"""TLS for gRPC and HTTP, from files that are read again when they change.

New connections get the current certificates; open ones keep theirs. If a file cannot be used, the old certificates stay
in use, and the log says so. What stays out: the caller that a client's certificate belongs to (auth/).
"""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc

from lineal import errors
from lineal.security import TlsSettings
from lineal.server.changing_files import ChangingFiles

_log = logging.getLogger(__name__)


class _Newest:
    """The result of the last usable files."""

    def __init__(self, settings: TlsSettings, make: Callable[[TlsSettings], Any]) -> None:
        self._settings = settings
        self._make = make
        self._lock = threading.Lock()
        self._files = ChangingFiles(_paths(settings))
        self.made = make(settings)

    def refresh(self) -> bool:
        """Make it again if a file has changed; return whether one had."""
        with self._lock:
            if not self._files.have_changed():
                return False
            try:
                self.made = self._make(self._settings)
            except errors.StatusError as error:
                _log.error("the old certificates stay: %s", error.message)
                return False
            return True


def _paths(settings: TlsSettings) -> list[Path]:
    return [Path(name) for name in (settings.tls_cert, settings.tls_key, settings.tls_client_ca) if name]


def grpc_credentials(settings: TlsSettings) -> grpc.ServerCredentials:
    """Return the credentials of the gRPC server; with roots for clients, every client must show a certificate.

    Raises:
        InvalidArgumentError: a file cannot be used.
    """
    newest = _Newest(settings, _grpc_configuration)
    return grpc.dynamic_ssl_server_credentials(
        newest.made,
        lambda: newest.made if newest.refresh() else None,
        require_client_authentication=bool(settings.tls_client_ca),
    )


def _grpc_configuration(settings: TlsSettings) -> Any:
    _context(settings)  # gRPC would not say what is wrong with the files
    pair = Path(settings.tls_key).read_bytes(), Path(settings.tls_cert).read_bytes()
    roots = Path(settings.tls_client_ca).read_bytes() if settings.tls_client_ca else None
    return grpc.ssl_server_certificate_configuration([pair], root_certificates=roots)


class ReloadingContext(ssl.SSLContext):
    """The context of the HTTP server: each connection begins in the newest one.

    A client may connect without a certificate, because health needs none; the guard (auth/) requires one.
    """

    _newest: _Newest

    @classmethod
    def of(cls, settings: TlsSettings) -> ReloadingContext:
        """Return the context of the files.

        Raises:
            InvalidArgumentError: a file cannot be used.
        """
        made = cls(ssl.PROTOCOL_TLS_SERVER)
        made._newest = _Newest(settings, _context)
        return made

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """Begin a connection with the certificates that lie there now."""
        self._newest.refresh()
        context: ssl.SSLContext = self._newest.made
        return context.wrap_bio(*args, **options)


def _context(settings: TlsSettings) -> ssl.SSLContext:
    """Return a context of the files as they are.

    Raises:
        InvalidArgumentError: one cannot be used; the message names the flags.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.tls_cert, settings.tls_key, password=_no_password)
        if settings.tls_client_ca:
            context.load_verify_locations(settings.tls_client_ca)
            context.verify_mode = ssl.CERT_OPTIONAL
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        raise errors.InvalidArgumentError(
            f"the files of --tls-cert, --tls-key and --tls-client-ca cannot be used: {reason}; give PEM files that "
            "belong together, with a key without a password"
        ) from None
    return context


def _no_password() -> str:
    """Refuse to ask at a terminal for the password of a key."""
    raise ValueError("the key has a password")


def common_name(certificate: Any) -> str:
    """Return the one common name in the subject of a verified certificate, or ""."""
    parts = [part for group in (certificate or {}).get("subject", ()) for part in group]
    names = [value for name, value in parts if name == "commonName"]
    return names[0] if len(names) == 1 else ""
