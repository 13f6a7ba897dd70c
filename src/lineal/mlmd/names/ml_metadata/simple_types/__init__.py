"""The names of `lineal.mlmd.simple_types`."""

from lineal.mlmd.simple_types import *  # noqa: F403
