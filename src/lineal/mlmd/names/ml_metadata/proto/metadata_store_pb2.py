"""The names of `lineal.wire.metadata_store_pb2`."""

from lineal.wire.metadata_store_pb2 import *  # noqa: F403
