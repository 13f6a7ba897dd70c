from lineal.mlmd.simple_types import *
