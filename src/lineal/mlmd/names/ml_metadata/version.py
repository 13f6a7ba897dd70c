"""The names of `lineal.mlmd.version`."""

from lineal.mlmd.version import __version__ as __version__
