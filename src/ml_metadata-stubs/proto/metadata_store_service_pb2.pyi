from lineal.wire.metadata_store_service_pb2 import *
