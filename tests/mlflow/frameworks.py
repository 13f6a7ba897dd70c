"""What people do with MLflow beside calls of its client, one step for each run of this program.

    python frameworks.py STEP

It runs in an environment of MLflow, with MLFLOW_TRACKING_URI, and prints what the step found as JSON, after a line
`found`. Steps use what clients from version 2.9 on have, but for those that say otherwise.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag

IS_3 = int(mlflow.__version__.split(".")[0]) >= 3
REGISTERED = "iris"
Found = dict[str, Any]


def flowers() -> tuple[pd.DataFrame, pd.Series]:
    """Return scikit-learn's irises, which are in its package."""
    from sklearn.datasets import load_iris

    features, kinds = load_iris(return_X_y=True, as_frame=True)
    return features, kinds


def sklearn_autolog() -> Found:
    """Fit a model, and search for the best one, which logs a run for each that was tried."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV

    mlflow.autolog()
    features, kinds = flowers()
    with mlflow.start_run() as run:
        GridSearchCV(LogisticRegression(max_iter=200), {"C": [0.1, 1, 10]}, cv=2).fit(features, kinds)
    inside = mlflow.search_runs(filter_string=f"tags.mlflow.parentRunId = '{run.info.run_id}'")
    return {**_logged(run), "inside": len(inside), "states": sorted(set(inside["status"]))}


def lightgbm_autolog() -> Found:
    """Train with LightGBM."""
    import lightgbm

    mlflow.lightgbm.autolog()
    features, kinds = flowers()
    with mlflow.start_run() as run:
        data = lightgbm.Dataset(features, kinds)
        fixed = {"objective": "multiclass", "num_class": 3, "num_leaves": 4, "verbose": -1}
        lightgbm.train(fixed, data, 5, valid_sets=[data])
    return _logged(run, "training-multi_logloss")


def xgboost_autolog() -> Found:
    """Train with XGBoost."""
    import xgboost

    mlflow.xgboost.autolog()
    features, kinds = flowers()
    with mlflow.start_run() as run:
        data = xgboost.DMatrix(features, kinds)
        xgboost.train({"objective": "multi:softprob", "num_class": 3}, data, 5, evals=[(data, "train")])
    return _logged(run, "train-mlogloss")


def keras_autolog() -> Found:
    """Train with Keras."""
    import keras

    mlflow.keras.autolog()
    features, kinds = flowers()
    with mlflow.start_run() as run:
        model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
        model.compile("adam", "sparse_categorical_crossentropy")
        model.fit(features.values, kinds.values, epochs=5, verbose=0)
    return _logged(run, "loss")


def _logged(started: Any, metric: str = "") -> Found:
    """Return what a run has that nobody logged by hand."""
    client, run = MlflowClient(), mlflow.get_run(started.info.run_id)
    models = run.outputs.model_outputs if IS_3 else json.loads(run.data.tags["mlflow.log-model.history"])
    return {
        "run": run.info.run_id,
        "states": [run.info.status],
        "inside": 0,
        "params": len(run.data.params) > 0,
        "data_sets": len(run.inputs.dataset_inputs),
        "points": len(client.get_metric_history(run.info.run_id, metric)) if metric else 0,
        "models": len(models),
    }


def registry() -> Found:
    """Log a model with its data set, register it, give it an alias, and load it by each of its names."""
    from sklearn.linear_model import LogisticRegression

    client = MlflowClient()
    features, kinds = flowers()
    whole = pd.concat([features, kinds], axis=1)
    data_set = mlflow.data.from_pandas(whole, source="s3://bucket/iris.csv", name="irises", targets="target")
    with mlflow.start_run() as run:
        mlflow.log_input(data_set, "training")
        place = {"name": "model"} if IS_3 else {"artifact_path": "model"}
        fitted = LogisticRegression(max_iter=200).fit(features, kinds)
        info = mlflow.sklearn.log_model(fitted, registered_model_name=REGISTERED, **place)
    client.set_registered_model_alias(REGISTERED, "champion", "1")
    places = [
        f"models:/{REGISTERED}@champion",
        f"models:/{REGISTERED}/1",
        f"runs:/{run.info.run_id}/model",
        info.model_uri,
    ]
    loaded = [mlflow.pyfunc.load_model(place).predict(features[:1]).tolist() for place in places]
    client.copy_model_version(f"models:/{REGISTERED}/1", "copied")
    version = client.get_model_version_by_alias(REGISTERED, "champion")
    with mlflow.start_run() as evaluating:
        model = {"model_id": info.model_id} if IS_3 else {}
        mlflow.evaluate(
            info.model_uri, data_set, model_type="classifier", evaluator_config={"log_explainer": False}, **model
        )
    return {
        "run": run.info.run_id,
        "evaluating": evaluating.info.run_id,
        "loaded": loaded,
        "version": [str(version.version), version.run_id == run.info.run_id],
        "data_sets": [each.dataset.name for each in mlflow.get_run(evaluating.info.run_id).inputs.dataset_inputs],
    }


def files() -> Found:
    """Log tables, figures, pictures, texts and objects, and read them again."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot

    with mlflow.start_run() as run:
        for number in range(2):
            mlflow.log_table({"a": [number], "b": ["x"]}, "table.json")
        mlflow.log_figure(pyplot.figure(), "plots/figure.png")
        mlflow.log_image(np.zeros((8, 8, 3), dtype=np.uint8), "picture.png")
        mlflow.log_dict({"a": 1}, "object.json")
        mlflow.log_text("hello", "a b/ü.txt")
    with tempfile.TemporaryDirectory() as folder:
        whole = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, dst_path=folder)
        names = sorted(str(each.relative_to(whole)) for each in Path(whole).rglob("*") if each.is_file())
    return {
        "names": names,
        "rows": len(mlflow.load_table("table.json", run_ids=[run.info.run_id])),
        "object": mlflow.artifacts.load_dict(f"runs:/{run.info.run_id}/object.json"),
        "text": mlflow.artifacts.load_text(f"{run.info.artifact_uri}/a b/ü.txt"),
    }


def later() -> Found:
    """Log without waiting for each call."""
    with mlflow.start_run() as run:
        told = [mlflow.log_metric("loss", step / 8, step=step, synchronous=False) for step in range(100)]
        mlflow.log_params({f"p{number}": number for number in range(20)}, synchronous=False).wait()
        points = [Metric("many", number, 1, number) for number in range(900)]
        batch = (points, [Param("late", "1")], [RunTag("late", "1")])
        MlflowClient().log_batch(run.info.run_id, *batch, synchronous=False).wait()
        for each in told:
            each.wait()
    found, client = mlflow.get_run(run.info.run_id), MlflowClient()
    history = {name: len(client.get_metric_history(run.info.run_id, name)) for name in ("loss", "many")}
    return {**history, "params": len(found.data.params), "tag": found.data.tags["late"]}


def system_metrics() -> Found:
    """Record what the machine does during a run."""
    mlflow.set_system_metrics_sampling_interval(0.2)
    mlflow.set_system_metrics_samples_before_logging(1)
    with mlflow.start_run(log_system_metrics=True) as run:
        time.sleep(3)
    names = mlflow.get_run(run.info.run_id).data.metrics
    return {"are_there": "system/cpu_utilization_percentage" in names}


def runs_inside() -> Found:
    """Run inside of a run, go on with one, and find them."""
    mlflow.set_experiment_tags({"team": "risk"})
    with mlflow.start_run() as parent:
        for number in range(3):
            with mlflow.start_run(nested=True):
                mlflow.log_metric("a", number)
    with mlflow.start_run(run_id=parent.info.run_id):
        mlflow.log_param("again", 1)
    inside = f"tags.mlflow.parentRunId = '{parent.info.run_id}' and metrics.a > 0"
    found = mlflow.search_runs(filter_string=inside, order_by=["metrics.a DESC"])
    return {
        "found": found["metrics.a"].tolist(),
        "parents": [mlflow.get_parent_run(each).info.run_id == parent.info.run_id for each in found["run_id"]],
        "again": mlflow.get_run(parent.info.run_id).data.params,
        "team": mlflow.get_experiment_by_name(Path(__file__).stem).tags["team"],
    }


STEPS: dict[str, Callable[[], Found]] = {
    step.__name__: step
    for step in (
        sklearn_autolog,
        lightgbm_autolog,
        xgboost_autolog,
        keras_autolog,
        registry,
        files,
        later,
        system_metrics,
        runs_inside,
    )
}

if __name__ == "__main__":
    mlflow.set_experiment(Path(__file__).stem)
    result = STEPS[sys.argv[1]]()
    print("\nfound")
    print(json.dumps(result))
