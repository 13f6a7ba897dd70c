"""The package `ml_metadata.metadata_store`: the client and its options."""

from lineal.mlmd.metadata_store import metadata_store, mlmd_types
from lineal.mlmd.metadata_store.metadata_store import ListOptions, MetadataStore, OrderByField, downgrade_schema

__all__ = ["ListOptions", "MetadataStore", "OrderByField", "downgrade_schema", "metadata_store", "mlmd_types"]
