"""A pytest plugin (`-p tests.mlmd.as_ml_metadata`): the tests that follow import Lineal as `ml_metadata`."""

import lineal

lineal.install_as_ml_metadata()
