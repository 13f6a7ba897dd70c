from lineal.wire.simple_types_pb2 import *
