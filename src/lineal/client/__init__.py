"""The Python client: a metadata store, embedded or behind a server.

`MetadataStore` has the public surface of the official client; `connect` makes one from a URL. What stays out: the names
of the official package (`lineal.mlmd`) and the Kubeflow SDK (`lineal.sdk`).
"""

from lineal.client.options import ExtraOptions, ListOptions, OrderByField
from lineal.client.store import MetadataStore, OpenError, connect

__all__ = ["ExtraOptions", "ListOptions", "MetadataStore", "OpenError", "OrderByField", "connect"]
