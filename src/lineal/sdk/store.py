"""The connection of the SDK to a metadata store."""

from __future__ import annotations

from lineal.client import MetadataStore, connect
from lineal.client.connection import why_no_host
from lineal.sdk.type_registry import TypeRegistry
from lineal.urls import PlaceOfStore
from lineal.wire import metadata_store as pb

DEFAULT_HOST = "metadata-grpc-service.kubeflow"
DEFAULT_PORT = 8080


class Store:
    """A metadata store: a server, or a database opened in this process.

    Attributes:
        store: the client, with every call that the service offers.

    """

    def __init__(
        self,
        grpc_host: str = DEFAULT_HOST,
        grpc_port: int = DEFAULT_PORT,
        root_certificates: bytes | None = None,
        private_key: bytes | None = None,
        certificate_chain: bytes | None = None,
        *,
        url: PlaceOfStore | None = None,
    ) -> None:
        """Connect to a server by host and port, or to anything by its URL.

        Args:
            grpc_host: the host of the server.
            grpc_port: its gRPC port.
            root_certificates: PEM text of the certificates to trust; any of the three turns TLS on.
            private_key: PEM text of the client's key.
            certificate_chain: PEM text of the client's certificates.
            url: instead of all the others, for example sqlite:///metadata.db, sqlite:// (in memory),
                mysql://user:password@host/db or grpc://host:port; a pathlib.Path is a SQLite file.

        Raises:
            ValueError: certificates, host or port are given beside a URL, or host or port are none.

        """
        certificates = {
            "custom_ca": root_certificates,
            "client_key": private_key,
            "server_cert": certificate_chain,
        }
        if url is not None and any(certificates.values()):
            raise ValueError("'url' takes no certificates beside it; give 'grpc_host' and 'grpc_port' instead of 'url'")
        if url is not None and (grpc_host, grpc_port) != (DEFAULT_HOST, DEFAULT_PORT):
            raise ValueError("'url' names the server itself; give either it, or 'grpc_host' and 'grpc_port'")
        _check_place(grpc_host, grpc_port)
        self._use(connect(url) if url is not None else _connect_server(grpc_host, grpc_port, certificates))

    @classmethod
    def from_client(cls, client: MetadataStore) -> Store:
        """Return a store whose calls go through a client that is open already."""
        store = cls.__new__(cls)
        store._use(client)
        return store

    def _use(self, client: MetadataStore) -> None:
        self.store = client
        self._types = TypeRegistry(client)


def _check_place(host: str, port: int) -> None:
    if not isinstance(host, str) or not host:
        raise ValueError(f"'grpc_host' must be set and in string type, got {host!r}")
    if why_no_host(host):
        raise ValueError(f"'grpc_host' {why_no_host(host)}")
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
        raise ValueError(f"'grpc_port' must be a number from 1 to 65535, got {port!r}")


def _connect_server(host: str, port: int, certificates: dict[str, bytes | None]) -> MetadataStore:
    config = pb.MetadataStoreClientConfig(host=host, port=port)
    for name, text in certificates.items():
        if text:
            setattr(config.ssl_config, name, text.decode() if isinstance(text, bytes) else text)
    return MetadataStore(config)
