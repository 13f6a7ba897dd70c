"""The names of `lineal.mlmd.metadata_store.metadata_store`."""

from lineal.mlmd.metadata_store.metadata_store import *  # noqa: F403
