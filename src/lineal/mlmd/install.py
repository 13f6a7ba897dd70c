"""Lineal instead of the official package: `import ml_metadata` then gives the modules below.

What stays out: child processes and console scripts, for which an environment is prepared as a whole (environment.py).
"""

from __future__ import annotations

import importlib
import sys

from lineal import errors

MODULES = {
    "ml_metadata": "lineal.mlmd",
    "ml_metadata.errors": "lineal.errors",
    "ml_metadata.version": "lineal.mlmd.version",
    "ml_metadata.proto": "lineal.mlmd.proto",
    "ml_metadata.proto.metadata_store_pb2": "lineal.wire.metadata_store_pb2",
    "ml_metadata.proto.metadata_store_service_pb2": "lineal.wire.metadata_store_service_pb2",
    "ml_metadata.proto.metadata_store_service_pb2_grpc": "lineal.mlmd.proto.metadata_store_service_pb2_grpc",
    "ml_metadata.metadata_store": "lineal.mlmd.metadata_store",
    "ml_metadata.metadata_store.metadata_store": "lineal.mlmd.metadata_store.metadata_store",
    "ml_metadata.metadata_store.mlmd_types": "lineal.mlmd.metadata_store.mlmd_types",
    "ml_metadata.simple_types": "lineal.mlmd.simple_types",
    "ml_metadata.simple_types.proto": "lineal.mlmd.simple_types.proto",
    "ml_metadata.simple_types.proto.simple_types_pb2": "lineal.wire.simple_types_pb2",
}


def install_as_ml_metadata() -> None:
    """Make Lineal importable as `ml_metadata`, in this process; a second call does nothing.

    Raises:
        FailedPreconditionError: the official package is imported already.

    """
    modules = {name: importlib.import_module(ours) for name, ours in MODULES.items()}
    if sys.modules.get("ml_metadata", modules["ml_metadata"]) is not modules["ml_metadata"]:
        raise errors.FailedPreconditionError(
            "the official package ml_metadata is imported already; "
            "call lineal.install_as_ml_metadata() before anything that imports it"
        )
    sys.modules.update(modules)


def uninstall_as_ml_metadata() -> None:
    """Take back `install_as_ml_metadata`; modules that others imported under these names stay."""
    for name, ours in MODULES.items():
        if sys.modules.get(name) is sys.modules.get(ours):
            sys.modules.pop(name, None)
