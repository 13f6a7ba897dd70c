"""The module `ml_metadata.metadata_store.metadata_store`: the client, its options, and the downgrade of a database.

Programs also reach the errors and the messages through it (`metadata_store.errors`), so these names are here, too.
"""

from __future__ import annotations

from lineal import errors
from lineal.client import ExtraOptions, ListOptions, MetadataStore, OrderByField
from lineal.client.calls import PAGE_SIZE as MAX_NUM_RESULT
from lineal.client.store import OpenError, open_settings
from lineal.mlmd import proto
from lineal.wire import metadata_store_pb2, metadata_store_service_pb2

__all__ = [
    "MAX_NUM_RESULT",
    "ExtraOptions",
    "ListOptions",
    "MetadataStore",
    "OrderByField",
    "downgrade_schema",
    "errors",
    "metadata_store_pb2",
    "metadata_store_service_pb2",
    "proto",
]


def downgrade_schema(config: proto.ConnectionConfig, downgrade_to_schema_version: int) -> None:
    """Bring a database to an older schema version, for use with an older library; nothing else may have it open.

    Args:
        config: the database.
        downgrade_to_schema_version: 0 or more, and not above the version that Lineal writes.

    Raises:
        InvalidArgumentError: there is no way to that version.
        OpenError: the ConnectionConfig names no database, it cannot be opened, or it is no store that can be changed.

    """
    if downgrade_to_schema_version < 0:
        raise errors.InvalidArgumentError(
            f"downgrade_to_schema_version not specified: it is {downgrade_to_schema_version}; give 0 or more"
        )
    settings = open_settings(config)
    from lineal.upkeep.migration import downgrade

    try:
        downgrade(settings, downgrade_to_schema_version)
    except errors.InvalidArgumentError:
        raise
    except errors.StatusError as error:
        raise OpenError(error.message, error.error_code, error.details) from error
