"""The public names of the Kubeflow Metadata SDK 0.3.1, and those that Lineal adds, in small letters."""

from typing import TYPE_CHECKING, Any

from lineal.sdk import (
    Artifact,
    DataSet,
    Execution,
    Metrics,
    Model,
    Run,
    Store,
    Workspace,
    compare,
    current,
    in_step,
    init,
    step,
)
from lineal.sdk.late_names import find as _find
from lineal.sdk.stored_form import ALL_META_PROPERTY_NAME as _ALL_META_PROPERTY_NAME
from lineal.sdk.stored_form import RUN_PROPERTY_NAME as _RUN_PROPERTY_NAME
from lineal.sdk.stored_form import WORKSPACE_PROPERTY_NAME as _WORKSPACE_PROPERTY_NAME
from lineal.wire import metadata_store as mlpb

if TYPE_CHECKING:  # imported when they are first used, since they import the frameworks
    from lineal.frameworks import keras as keras
    from lineal.frameworks import lightgbm as lightgbm
    from lineal.frameworks import lightning as lightning
    from lineal.frameworks import sklearn as sklearn
    from lineal.frameworks import transformers as transformers
    from lineal.frameworks import xgboost as xgboost
    from lineal.frameworks.data import data_set as data_set
    from lineal.frameworks.recording import NotRecordedWarning as NotRecordedWarning
    from lineal.frameworks.saving import model_files as model_files
    from lineal.frameworks.saving import save_model as save_model

__all__ = [
    "_ALL_META_PROPERTY_NAME",
    "_RUN_PROPERTY_NAME",
    "_WORKSPACE_PROPERTY_NAME",
    "Artifact",
    "DataSet",
    "Execution",
    "Metrics",
    "Model",
    "Run",
    "Store",
    "Workspace",
    "compare",
    "current",
    "in_step",
    "init",
    "mlpb",
    "step",
]

if not TYPE_CHECKING:  # for a checker, every misspelt name would be an object

    def __getattr__(name: str) -> Any:
        return _find(__name__, name)
