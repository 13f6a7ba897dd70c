"""TLS to MySQL and MariaDB: what the database URL asks for, and errors about it, alike with every driver.

What stays out: encrypting a connection, which the driver does (mysql_connection.py, mysqldb_connection.py).
"""

from __future__ import annotations

import ssl
from functools import cache
from typing import Any

from lineal import errors
from lineal.store.engine.dialects.urls import Host, ServerURL

_MODES = ("disabled", "preferred", "required", "verify_ca", "verify_identity")


def ssl_mode(url: ServerURL) -> str:
    """Return the mode that is given, or the one that the other options ask for."""
    given = url.options.get("ssl_mode", "").lower()
    if given:
        if given not in _MODES:
            raise errors.InvalidArgumentError(
                f"ssl_mode is {given!r} in the database URL; it can be {', '.join(_MODES)}"
            )
        return given
    if url.flag("ssl_check_hostname", default=False):
        return "verify_identity"
    if "ssl_ca" in url.options or "ssl_capath" in url.options:
        return "verify_ca"
    return "required" if {"ssl_cert", "ssl_key", "ssl_cipher"} & url.options.keys() else "preferred"


def ssl_context(url: ServerURL, mode: str) -> ssl.SSLContext | None:
    """Return the context of modes that insist on TLS.

    Raises:
        FailedPreconditionError: a file that the URL names cannot be loaded, or the cipher is unknown.
    """
    if mode in ("disabled", "preferred"):
        return None
    options = url.options
    try:
        context = ssl.create_default_context(cafile=options.get("ssl_ca"), capath=options.get("ssl_capath"))
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # the certificates that MySQL makes by itself lack extensions
        context.check_hostname = mode == "verify_identity"
        context.verify_mode = ssl.CERT_REQUIRED if mode.startswith("verify") else ssl.CERT_NONE
        if "ssl_cert" in options:
            context.load_cert_chain(options["ssl_cert"], options.get("ssl_key"))
        if "ssl_cipher" in options:
            context.set_ciphers(options["ssl_cipher"])
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
        raise errors.FailedPreconditionError(f"cannot load the certificates of the database URL: {reason}") from None
    return context


@cache
def unverified_context() -> ssl.SSLContext:
    """Return the context of connections that are encrypted where the server offers it, whoever it is."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def unverified(host: Host | None, reason: str) -> errors.FailedPreconditionError:
    """Return the error of a server whose certificate does not match the URL; trying again cannot help."""
    return errors.FailedPreconditionError(
        f"the certificate of the database server {host} is not accepted: {reason}; check ssl_ca, ssl_mode and the "
        "host's name"
    )


def check_encrypted(connection: Any) -> None:
    """Refuse a connection that a driver left unencrypted because the server has no TLS."""
    cursor = connection.cursor()
    cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    if not [name for name, cipher in cursor.fetchall() if cipher]:
        raise errors.FailedPreconditionError(
            "the database server offers no TLS, and the database URL asks for it; set it up there, or use "
            "ssl_mode=preferred"
        )
