"""The names of `lineal.mlmd.metadata_store.mlmd_types`."""

from lineal.mlmd.metadata_store.mlmd_types import *  # noqa: F403
