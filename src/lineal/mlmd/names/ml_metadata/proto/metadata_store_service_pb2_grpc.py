"""The names of `lineal.mlmd.proto.metadata_store_service_pb2_grpc`."""

from lineal.mlmd.proto.metadata_store_service_pb2_grpc import *  # noqa: F403
