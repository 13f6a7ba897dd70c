"""The names of `lineal.mlmd.simple_types.proto`."""

from lineal.mlmd.simple_types.proto import *  # noqa: F403
