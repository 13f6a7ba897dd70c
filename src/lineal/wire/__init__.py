"""The messages of ML Metadata's wire, as generated from the .proto sources in this folder.

`metadata_store` holds nodes, types, events and options; `service` the requests, responses and the service descriptor.
`lifecycle`, `lineage`, `metrics`, `records`, `search` and `error_details` are Lineal's own: how nodes are deleted,
whole lineage graphs, points of metrics, changes of records, searches, and what the trailer of an error holds. The file
descriptors of the others are byte for byte those of the official package, so both can live in one process and share
their message classes.
Nothing here is written by hand: change the .proto sources and run `make proto`.
"""

from lineal.wire import error_details_pb2 as error_details
from lineal.wire import lifecycle_pb2 as lifecycle
from lineal.wire import lineage_pb2 as lineage
from lineal.wire import metadata_store_pb2 as metadata_store
from lineal.wire import metadata_store_service_pb2 as service
from lineal.wire import metrics_pb2 as metrics
from lineal.wire import records_pb2 as records
from lineal.wire import search_pb2 as search

__all__ = [
    "OWN_SERVICES",
    "error_details",
    "lifecycle",
    "lineage",
    "metadata_store",
    "metrics",
    "records",
    "search",
    "service",
]

OWN_SERVICES = tuple(
    service_descriptor
    for module in (lifecycle, lineage, metrics, records, search)
    for service_descriptor in module.DESCRIPTOR.services_by_name.values()
)
"""The descriptors of Lineal's own services, beside MetadataStoreService."""
