"""The names of `lineal.mlmd.proto`."""

from lineal.mlmd.proto import *  # noqa: F403
