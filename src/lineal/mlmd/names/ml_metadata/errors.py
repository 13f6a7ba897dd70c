"""The names of `lineal.errors`."""

from lineal.errors import *  # noqa: F403
