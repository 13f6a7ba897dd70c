"""The place where programs expect the Kubeflow Metadata SDK; the SDK itself is `lineal.sdk`.

Such programs also import `ml_metadata`, which came with the original SDK: where the official package is not installed,
that name is given to Lineal's own client.
"""

import importlib.util

import lineal

if importlib.util.find_spec("ml_metadata") is None:
    lineal.install_as_ml_metadata()
