from lineal.mlmd.simple_types.proto import *
