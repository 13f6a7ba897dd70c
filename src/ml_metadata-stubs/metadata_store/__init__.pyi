from lineal.mlmd.metadata_store import *
