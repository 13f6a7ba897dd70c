"""The version of the official client whose public surface this is; Lineal's own version is `lineal.__version__`."""

__version__ = "1.17.1"
