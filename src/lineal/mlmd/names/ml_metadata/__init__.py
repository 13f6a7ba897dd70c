"""The names of `lineal.mlmd`."""

from lineal.mlmd import *  # noqa: F403
