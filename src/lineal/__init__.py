"""Lineal: the record of descent for machine learning."""

__version__ = "0.1.0.dev0"
