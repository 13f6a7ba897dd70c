"""The metadata store as a Python object: the public surface of the official client, over any transport.

Its calls are in type_calls.py, node_calls.py, lineage_calls.py and metric_calls.py. All of them use the path in
calls.py.
"""

from __future__ import annotations

import os
import pickle
from dataclasses import replace
from types import TracebackType
from typing import TypeVar

from lineal import errors
from lineal.client.calls import DEFAULT_MAX_NUM_RETRIES
from lineal.client.connection import (
    ChannelSettings,
    channel_settings,
    database_settings,
    settings_of_url,
)
from lineal.client.lineage_calls import LineageCalls
from lineal.client.metric_calls import MetricCalls
from lineal.client.transport import DatabaseTransport, Transport
from lineal.config import URL_VARIABLE, DatabaseSettings
from lineal.urls import PlaceOfStore
from lineal.wire import metadata_store as pb

_Store = TypeVar("_Store", bound="MetadataStore")


class OpenError(errors.StatusError, RuntimeError):
    """A metadata store could not be opened. This is also a RuntimeError, as with the official client."""


class MetadataStore(LineageCalls, MetricCalls):
    """A metadata store, embedded or behind a server.

    The constructor opens a database at once and creates the schema in an empty one, as the official client does. A
    gRPC server is called for the first time by the first call. So is a database server that a URL names (`from_url`).

    Example:
        >>> import lineal
        >>> from lineal.wire import metadata_store as pb
        >>> store = lineal.connect("sqlite://")
        >>> data_set = pb.ArtifactType(name="DataSet", properties={"rows": pb.INT})
        >>> type_id = store.put_artifact_type(data_set)
        >>> orders = pb.Artifact(type_id=type_id, uri="file:///orders.csv", properties={"rows": pb.Value(int_value=12)})
        >>> [artifact_id] = store.put_artifacts([orders])
        >>> store.get_artifacts_by_id([artifact_id])[0].properties["rows"].int_value
        12
    """

    _ui_url: str | None = None
    """The address of the store's web UI, to which the SDK links; None if it is not known."""

    def __init__(
        self, config: pb.ConnectionConfig | pb.MetadataStoreClientConfig, enable_upgrade_migration: bool = False
    ) -> None:
        """Prepare a store.

        Args:
            config: a ConnectionConfig for an embedded store on a database, or a MetadataStoreClientConfig for a server.
            enable_upgrade_migration: whether a database of an older schema version may be upgraded.

        Raises:
            ValueError: `config` is neither, or a server is asked to upgrade.
            OpenError: the ConnectionConfig names no database, or the database cannot be opened. It is a RuntimeError.

        """
        if isinstance(config, pb.MetadataStoreClientConfig):
            if enable_upgrade_migration:
                raise ValueError("a client cannot upgrade a server's database; run `lineal migrate` beside the server")
            self._use(_grpc_transport(channel_settings(config)))
        elif isinstance(config, pb.ConnectionConfig):
            self._use(_opened(DatabaseTransport(open_settings(config, upgrade=enable_upgrade_migration))))
            if config.HasField("retry_options"):
                self._max_num_retries = config.retry_options.max_num_retries
        else:
            raise ValueError(
                f"config is a {type(config).__name__}; give a ConnectionConfig or a MetadataStoreClientConfig"
            )

    @classmethod
    def from_url(cls: type[_Store], url: PlaceOfStore, *, exact_uris: bool | None = None) -> _Store:
        """Return the store of a URL (sqlite, mysql, postgresql, grpc or grpcs) or of the path of a SQLite file.

        Args:
            url: which store.
            exact_uris: for a database, whether uris are taken as they are spelled (`connect`).

        Raises:
            InvalidArgumentError: the URL is of no known form, or `exact_uris` is given for a server, which decides.
            OpenError: the database cannot be opened.

        """
        settings = settings_of_url(url)
        if isinstance(settings, DatabaseSettings):
            exact = settings.exact_uris if exact_uris is None else exact_uris
            return cls.from_transport(database_transport(replace(settings, exact_uris=exact)))
        if exact_uris is not None:
            raise errors.InvalidArgumentError(
                "a server decides how it takes uris; leave exact_uris out, and give `lineal serve` --exact-uris"
            )
        return cls.from_transport(_grpc_transport(settings))

    @classmethod
    def from_transport(cls: type[_Store], transport: Transport) -> _Store:
        """Return a store whose calls go over `transport`."""
        store = cls.__new__(cls)
        store._use(transport)
        return store

    def _use(self, transport: Transport) -> None:
        self._transport = transport
        self._max_num_retries = DEFAULT_MAX_NUM_RETRIES

    @property
    def pipeline_asset(self) -> None:
        """Always None, as in the official client outside Google."""
        return None

    @property
    def _place(self) -> str:
        """Where the store is, as a URL without its secrets."""
        return str(getattr(self._transport, "place", "")) or f"over {type(self._transport).__name__}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._place!r})"

    def __copy__(self: _Store) -> _Store:
        """Return the store itself: a copy would be a second connection that somebody has to close."""
        return self

    def __deepcopy__(self: _Store, memo: dict[int, object]) -> _Store:
        return self

    @property
    def is_portable(self) -> bool:
        """Whether the store can be pickled: another process can open what it has open."""
        try:
            pickle.dumps(self._transport)
        except Exception:  # a transport of somebody else's may raise anything
            return False
        return True

    def close(self) -> None:
        """Give back connections; later calls are errors."""
        self._transport.close()

    def __enter__(self: _Store) -> _Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def connect(url: PlaceOfStore | None = None, *, exact_uris: bool | None = None) -> MetadataStore:
    """Return the store of a URL.

    Args:
        url: `sqlite://` (in memory), `sqlite:///file.db`, `mysql://user:password@host:port/db`, `postgresql://...`,
            `grpc://host:port` or `grpcs://host:port`; a pathlib.Path is a SQLite file; None takes the URL from the
            variable LINEAL_URL.
        exact_uris: for a database, whether an artifact is found by its uri as it is spelled alone, and not by all forms
            of its location; by default what the variable LINEAL_EXACT_URIS says, else no.

    Raises:
        InvalidArgumentError: there is no URL, it is of no known form, or `exact_uris` is given for a server.
        OpenError: the database cannot be opened.

    Example:
        >>> import lineal
        >>> with lineal.connect("sqlite:///metadata.db") as store:
        ...     len(store.get_artifacts())
        0

    """
    url = url or os.environ.get(URL_VARIABLE)
    if not url:
        raise errors.InvalidArgumentError(f"no URL of a metadata store; pass one, or set {URL_VARIABLE}")
    return MetadataStore.from_url(url, exact_uris=exact_uris)


def _grpc_transport(settings: ChannelSettings) -> Transport:
    from lineal.client.grpc_transport import GrpcTransport

    return GrpcTransport(
        settings.target,
        credentials=settings.credentials,
        options=settings.options,
        timeout=settings.timeout,
        token_file=settings.token_file,
    )


def open_settings(config: pb.ConnectionConfig, *, upgrade: bool = False) -> DatabaseSettings:
    """Read the configuration of a database that is about to be opened.

    Raises:
        OpenError: no database is named, or a part that its engine needs is missing.

    """
    try:
        return database_settings(config, upgrade=upgrade)
    except errors.StatusError as error:
        raise OpenError(error.message, error.error_code, error.details) from error


def database_transport(settings: DatabaseSettings) -> DatabaseTransport:
    """Return the transport of a database; a file is opened at once, a database server at the first call.

    Raises:
        OpenError: the file cannot be opened.

    """
    transport = DatabaseTransport(settings)
    return _opened(transport) if settings.is_in_process else transport


def _opened(transport: DatabaseTransport) -> DatabaseTransport:
    """Open a transport's database and return the transport.

    Raises:
        OpenError: the database cannot be opened.

    """
    try:
        transport.open()
    except errors.StatusError as error:
        raise OpenError(error.message, error.error_code, error.details) from error
    return transport
