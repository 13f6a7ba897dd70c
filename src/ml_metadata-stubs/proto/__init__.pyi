from lineal.mlmd.proto import *
