from lineal.wire.metadata_store_pb2 import *
