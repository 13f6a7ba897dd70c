"""The module `ml_metadata.proto.metadata_store_service_pb2_grpc`; grpc is imported when a name of it is first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lineal.client.grpc_stubs import (
        MetadataStoreServiceServicer,
        MetadataStoreServiceStub,
        add_MetadataStoreServiceServicer_to_server,
    )

__all__ = ["MetadataStoreServiceServicer", "MetadataStoreServiceStub", "add_MetadataStoreServiceServicer_to_server"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(importlib.import_module("lineal.client.grpc_stubs"), name)
    return value
