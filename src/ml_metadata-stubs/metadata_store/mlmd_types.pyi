from lineal.mlmd.metadata_store.mlmd_types import *
