"""The names of `lineal.wire.simple_types_pb2`."""

from lineal.wire.simple_types_pb2 import *  # noqa: F403
