"""The package `ml_metadata.simple_types`."""

from lineal.mlmd.simple_types import proto

__all__ = ["proto"]
