"""The names of `lineal.mlmd.metadata_store`."""

from lineal.mlmd.metadata_store import *  # noqa: F403
