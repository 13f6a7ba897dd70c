"""The public names of the official package `ml_metadata`, as thin re-exports.

`lineal.install_as_ml_metadata()` makes them importable as `ml_metadata`. Nothing is decided here: the client is
`lineal.client`, the messages are `lineal.wire`, the errors are `lineal.errors`.
"""

from lineal import errors
from lineal.mlmd import metadata_store, proto, simple_types, version
from lineal.mlmd.metadata_store import ListOptions, MetadataStore, OrderByField, downgrade_schema
from lineal.mlmd.version import __version__

__all__ = [
    "ListOptions",
    "MetadataStore",
    "OrderByField",
    "__version__",
    "downgrade_schema",
    "errors",
    "metadata_store",
    "proto",
    "simple_types",
    "version",
]
