from lineal.mlmd.metadata_store.metadata_store import *
