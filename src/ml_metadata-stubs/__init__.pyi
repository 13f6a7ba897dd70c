from lineal.mlmd import *
