from lineal.mlmd.version import __version__ as __version__
