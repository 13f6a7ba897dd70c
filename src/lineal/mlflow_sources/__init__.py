"""Sources of an import from MLflow: what its databases, its folders and its servers hold.

    records.py    the values that they hold, and what every source can do
    opening.py    from the words of a user to a source
    database.py   a database of MLflow (SQLAlchemy)
    folder.py     a folder `mlruns` (PyYAML)
    server.py     an MLflow server, over HTTP

Nothing here imports mlflow or knows of stores. What stays out: storing what is read (lineal/mlflow/importing).
"""

from lineal.mlflow_sources.opening import open_source
from lineal.mlflow_sources.records import (
    DEFAULT_EXPERIMENT,
    DEFAULT_WORKSPACE,
    DataSetUse,
    Experiment,
    Model,
    RegisteredModel,
    Run,
    Series,
    Source,
    Version,
)

__all__ = [
    "DEFAULT_EXPERIMENT",
    "DEFAULT_WORKSPACE",
    "DataSetUse",
    "Experiment",
    "Model",
    "RegisteredModel",
    "Run",
    "Series",
    "Source",
    "Version",
    "open_source",
]
