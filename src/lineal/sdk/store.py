"""The connection of the SDK to a metadata store."""

from __future__ import annotations

import os
import re
from pathlib import Path
from types import TracebackType
from typing import Any, SupportsIndex, TypeAlias

from lineal.client import MetadataStore, connect
from lineal.client.connection import why_no_host
from lineal.sdk import artifact_lineage, ids
from lineal.sdk.pictures import html, web_ui
from lineal.sdk.type_registry import TypeRegistry
from lineal.urls import DATABASE_SCHEMES, FILE_ENDINGS, SERVER_SCHEMES, PlaceOfStore, described, sqlite_url
from lineal.wire import metadata_store as pb

DEFAULT_HOST = "metadata-grpc-service.kubeflow"
DEFAULT_PORT = 8080
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
Pem: TypeAlias = "bytes | str | os.PathLike[str]"
_CERTIFICATES = {
    "custom_ca": "root_certificates",
    "client_key": "private_key",
    "server_cert": "certificate_chain",
}
"""The argument of each field of the client's configuration."""


class Store:
    """A metadata store: a server, or a database opened in this process.

    Used with `with`, it is closed at the end of the block.

    Attributes:
        store: the client, with every call that the service offers.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> with metadata.Store("sqlite:///metadata.db") as store:
        ...     print(metadata.Workspace(store, "churn").name)
        churn

    """

    _is_closed: bool

    def __init__(
        self,
        grpc_host: PlaceOfStore = DEFAULT_HOST,
        grpc_port: int = DEFAULT_PORT,
        root_certificates: Pem | None = None,
        private_key: Pem | None = None,
        certificate_chain: Pem | None = None,
        *,
        url: PlaceOfStore | None = None,
        ui_url: str | None = None,
    ) -> None:
        """Connect to a server by host and port, or to anything by its URL.

        Args:
            grpc_host: the host of the server; also the URL of a store or a path, as for `url`.
            grpc_port: its gRPC port.
            root_certificates: PEM text of the certificates to trust, or its file's path; any of the three turns TLS on.
            private_key: PEM text of the client's key, or a path.
            certificate_chain: PEM text of the client's certificates, or a path.
            url: instead of all the others, for example sqlite:///metadata.db, sqlite:// (in memory),
                mysql://user:password@host/db or grpc://host:port; a pathlib.Path is a SQLite file.
            ui_url: the address of the store's web UI, to which the cards in notebooks link; by default the variable
                LINEAL_UI_URL.

        Raises:
            ValueError: certificates, host or port are given beside a URL, host or port are not possible, or `ui_url` is
                not the address of a website.

        """
        if url is None and _is_url(grpc_host):
            url, grpc_host = grpc_host, DEFAULT_HOST
        certificates = {"custom_ca": root_certificates, "client_key": private_key, "server_cert": certificate_chain}
        if url is not None:
            _check_alone(grpc_host, grpc_port, certificates)
        host = _checked_host(grpc_host, grpc_port)
        shown_at = web_ui.address_of(ui_url)
        self._use(connect(url) if url is not None else _connect_server(host, grpc_port, certificates), shown_at)

    @classmethod
    def from_client(cls, client: MetadataStore, *, ui_url: str | None = None) -> Store:
        """Return a store whose calls go through a client that is open already; `close` closes it.

        Args:
            client: the client.
            ui_url: as for the constructor.

        Raises:
            ValueError: `ui_url` is not the address of a website.

        """
        store = cls.__new__(cls)
        store._use(client, web_ui.address_of(ui_url))
        return store

    def close(self) -> None:
        """Give back connections; may be called twice.

        Later calls of the store, and of the workspaces, executions and artifacts that use it, raise
        FailedPreconditionError. A database in memory is gone then.
        """
        if not self._is_closed:
            self._is_closed = True
            close = getattr(self.store, "close", None)  # the official client has none
            if close is not None:
                close()

    def lineage(self, artifact: ids.Id, *, max_hops: SupportsIndex | None = None) -> artifact_lineage.Lineage:
        """Return what an artifact of the store came from and what came from it, as `Workspace.lineage` does."""
        return artifact_lineage.trace(self.store, artifact, max_hops=max_hops)

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        closed = ", closed" if self._is_closed else ""
        return f"{type(self).__name__}({web_ui.place_of(self.store)!r}{closed})"

    def _repr_html_(self) -> str:
        fields = {"where": web_ui.place_of(self.store), "closed": "yes" if self._is_closed else None}
        return html.card("Store", fields, html.link(getattr(self.store, "_ui_url", None), "Open the web UI"))

    def _use(self, client: MetadataStore, shown_at: str | None) -> None:
        self.store = client
        self._is_closed = False
        self._types = TypeRegistry(client)
        if shown_at is not None:
            client._ui_url = shown_at


def _is_url(place: PlaceOfStore) -> bool:
    """Say whether the first argument is the URL of a store or a path, and no host."""
    if not isinstance(place, str):
        return isinstance(place, os.PathLike)
    scheme, separator, _ = place.partition("://")
    return bool(separator) and scheme in (*SERVER_SCHEMES, *DATABASE_SCHEMES)


def _check_alone(host: PlaceOfStore, port: int, certificates: dict[str, Pem | None]) -> None:
    if any(certificates.values()):
        raise ValueError("'url' takes no certificates beside it; give 'grpc_host' and 'grpc_port' instead of 'url'")
    if (host, port) != (DEFAULT_HOST, DEFAULT_PORT):
        raise ValueError("'url' names the server itself; give either it, or 'grpc_host' and 'grpc_port'")


def _checked_host(host: PlaceOfStore, port: int) -> str:
    if not isinstance(host, str) or not host:
        raise ValueError(f"'grpc_host' must be set and in string type, got {host!r}")
    if _is_file(host):
        raise ValueError(f"{described(host)} is not the URL of a metadata store; write {sqlite_url(host)}, or a host")
    if why_no_host(host):
        raise ValueError(f"'grpc_host' {why_no_host(host)}")
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise ValueError(f"'grpc_port' must be a number from 1 to 65535, got {port!r}")
    return host


def _is_file(host: str) -> bool:
    """Tell a SQLite file from a host.

    The ending alone says nothing: metadata-grpc-service.db is the service of a namespace, and unix:/run/metadata.db the
    socket of a server.
    """
    if not host.lower().endswith(FILE_ENDINGS) or _SCHEME.match(host):
        return False
    return "/" in host or Path(host).is_file()


def _connect_server(host: str, port: int, certificates: dict[str, Pem | None]) -> MetadataStore:
    config = pb.MetadataStoreClientConfig(host=host, port=port)
    for name, text in certificates.items():
        if text:
            setattr(config.ssl_config, name, _pem(name, text))
    return MetadataStore(config)


def _pem(name: str, given: Any) -> str:
    """Return the PEM text of a certificate or a key, as bytes, a text, or the path of a file."""
    if isinstance(given, os.PathLike):
        given = Path(given).read_bytes()
    if not isinstance(given, (bytes, str)):
        raise ValueError(f"'{_CERTIFICATES[name]}' must be PEM text or a path, got {type(given).__name__}")
    return given.decode() if isinstance(given, bytes) else given
