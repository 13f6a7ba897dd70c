"""The package `ml_metadata.simple_types.proto`."""

from lineal.wire import simple_types_pb2

__all__ = ["simple_types_pb2"]
