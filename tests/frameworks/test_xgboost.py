"""Trainings of XGBoost are recorded as they go."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from kubeflow.metadata import metadata
from lineal.sdk import Workspace
from tests.frameworks import reading

numpy = pytest.importorskip("numpy")


@pytest.fixture(autouse=True)
def xgboost(needs: Callable[..., None]) -> Any:
    """The package."""
    needs("xgboost", "sklearn")
    import xgboost

    return xgboost


@pytest.fixture
def workspace(place: str) -> Workspace:
    """A new workspace, in which trainings are recorded."""
    return metadata.init(place, f"trees {uuid.uuid4().hex[:8]}")


def numbers(kinds: int = 2) -> tuple[Any, Any]:
    features = numpy.random.default_rng(1).random((120, 3))
    return features, (features[:, 0] * kinds).astype(int)


SETTINGS = {"objective": "binary:logistic", "max_depth": 2, "eta": 0.3, "eval_metric": ["logloss", "auc"]}


def test_a_training_is_recorded_with_everything(xgboost: Any, workspace: Workspace) -> None:
    features, kinds = numbers()
    data = xgboost.DMatrix(features, kinds, weight=numpy.ones(120))
    recorded = metadata.xgboost.Callback("churn", data=data)
    booster = xgboost.train(SETTINGS, data, 7, evals=[(data, "train")], verbose_eval=False, callbacks=[recorded])
    run = reading.only(workspace)
    assert reading.state(run) == "COMPLETE"
    assert reading.inputs(workspace, run) == [("training data", 120, 3)]
    assert reading.counts(workspace, run) == {"train.logloss": 7, "train.auc": 7}
    given = reading.parameters(run)
    assert (given["eta"], given["max_depth"], given["objective"]) == ("0.3", "2", "binary:logistic")
    model = recorded.recorded
    assert (given["rounds"], model.hyperparameters["rounds"]) == ("7", 7)
    assert (model.version, model.format, model.training_framework["name"]) == ("1", "xgboost json", "xgboost")
    assert model.values["train.logloss"] == reading.curve(workspace, run, "train.logloss")[-1][1]
    loaded = xgboost.Booster(model_file=metadata.model_files(model) / "model.json")
    assert loaded.predict(data).tolist() == booster.predict(data).tolist()


def test_early_stopping_is_recorded_to_its_last_iteration(xgboost: Any, workspace: Workspace) -> None:
    features, kinds = numbers()
    data, other = xgboost.DMatrix(features, kinds), xgboost.DMatrix(features, 1 - kinds)
    recorded = metadata.xgboost.Callback("churn", parameters={"eta": 0.3, "password": "oven"})
    stop = xgboost.callback.EarlyStopping(rounds=3, metric_name="logloss")
    sets = [(data, "train"), (other, "valid")]
    xgboost.train(SETTINGS, data, 50, evals=sets, verbose_eval=False, callbacks=[stop, recorded])
    run = reading.only(workspace)
    assert reading.parameters(run) == {"eta": "0.3", "password": "***", "rounds": "4"}
    assert reading.counts(workspace, run)["valid.logloss"] == 4
    assert recorded.recorded.kwargs["best_iteration"] == 0


def test_an_estimator_with_several_kinds_and_its_search(xgboost: Any, workspace: Workspace) -> None:
    from sklearn.model_selection import GridSearchCV

    features, kinds = numbers(3)
    recorded = metadata.xgboost.Callback("kinds", save=False, every=2)
    estimator = xgboost.XGBClassifier(n_estimators=4, callbacks=[recorded])
    estimator.fit(features, kinds, eval_set=[(features, kinds)], verbose=False)
    [run] = reading.executions(workspace)
    assert [step for step, _ in reading.curve(workspace, run, "validation_0.mlogloss")] == [0, 2, 3]
    assert reading.parameters(run)["objective"] == "multi:softprob"
    GridSearchCV(estimator, {"max_depth": [1, 2]}, cv=2, refit=False).fit(features, kinds)
    depths = [reading.parameters(each)["max_depth"] for each in reading.executions(workspace)[1:]]
    assert depths == ["1", "1", "2", "2"]


def test_cross_validation_has_mean_values_and_no_model(xgboost: Any, workspace: Workspace) -> None:
    data = xgboost.DMatrix(*numbers())
    xgboost.cv(SETTINGS, data, 5, nfold=3, callbacks=[metadata.xgboost.Callback("churn")])
    run = reading.only(workspace)
    assert (reading.state(run), reading.models(workspace)) == ("COMPLETE", [])
    assert reading.counts(workspace, run) == {
        f"{part}.{name}": 5 for part in ("train", "test") for name in ("logloss", "auc")
    }


def test_a_training_in_a_step_is_recorded_in_the_step(xgboost: Any, workspace: Workspace) -> None:
    data = xgboost.DMatrix(*numbers())

    @metadata.step
    def train(rounds: int) -> Any:
        recorded = metadata.xgboost.Callback("churn", parameters=SETTINGS)
        xgboost.train(SETTINGS, data, rounds, evals=[(data, "train")], verbose_eval=False, callbacks=[recorded])
        return recorded.recorded

    model = train(3)
    run = reading.only(workspace)
    assert (run.properties["name"].string_value, reading.state(run)) == ("train", "COMPLETE")
    assert reading.parameters(run)["rounds"] == "3"
    assert reading.counts(workspace, run)["train.auc"] == 3
    assert [each["id"] for each in reading.models(workspace)] == [model.id]


def test_an_exception_in_a_step_fails_it_with_the_points_so_far(xgboost: Any, workspace: Workspace) -> None:
    data = xgboost.DMatrix(*numbers())

    class Oven(xgboost.callback.TrainingCallback):
        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
            if epoch == 2:
                raise RuntimeError("the oven is cold")
            return False

    @metadata.step
    def train() -> None:
        callbacks = [metadata.xgboost.Callback("churn"), Oven()]
        xgboost.train(SETTINGS, data, 5, evals=[(data, "train")], verbose_eval=False, callbacks=callbacks)

    with pytest.raises(RuntimeError, match="cold"):
        train()
    run = reading.only(workspace)
    assert (reading.state(run), reading.reason(run)) == ("FAILED", "RuntimeError: the oven is cold")
    assert reading.counts(workspace, run)["train.auc"] == 3
    assert reading.models(workspace) == []
