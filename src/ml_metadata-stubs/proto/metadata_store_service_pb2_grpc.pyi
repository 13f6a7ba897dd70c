from lineal.mlmd.proto.metadata_store_service_pb2_grpc import *
