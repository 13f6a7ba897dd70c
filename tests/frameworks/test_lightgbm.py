"""Trainings of LightGBM are recorded as they go, and end although it tells nobody of the end."""

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
def lightgbm(needs: Callable[..., None]) -> Any:
    """The package."""
    needs("lightgbm", "sklearn")
    import lightgbm

    return lightgbm


@pytest.fixture
def workspace(place: str) -> Workspace:
    """A new workspace, in which trainings are recorded."""
    return metadata.init(place, f"trees {uuid.uuid4().hex[:8]}")


def numbers(kinds: int = 2) -> tuple[Any, Any]:
    features = numpy.random.default_rng(1).random((200, 3))
    return features, (features[:, 0] * kinds).astype(int)


SETTINGS = {"objective": "binary", "num_leaves": 4, "metric": ["auc", "binary_logloss"], "verbose": -1}


def test_a_training_is_recorded_with_everything(lightgbm: Any, workspace: Workspace) -> None:
    features, kinds = numbers()
    data = lightgbm.Dataset(features, kinds)
    recorded = metadata.lightgbm.Callback("churn", data=data)
    booster = lightgbm.train(SETTINGS, data, 6, [data], ["train"], callbacks=[recorded])
    run = reading.only(workspace)
    assert reading.state(run) == "COMPLETE"
    assert reading.inputs(workspace, run) == [("training data", 200, 3)]
    assert reading.counts(workspace, run) == {"train.auc": 6, "train.binary_logloss": 6}
    assert reading.parameters(run)["num_leaves"] == "4"
    model = recorded.recorded
    assert (model.format, model.training_framework["name"]) == ("lightgbm text", "lightgbm")
    loaded = lightgbm.Booster(model_file=metadata.model_files(model) / "model.txt")
    assert loaded.predict(features).tolist() == booster.predict(features).tolist()


def stopped_early(lightgbm: Any, *callbacks: Any) -> Any:
    features, kinds = numbers()
    data = lightgbm.Dataset(features, kinds)
    other = lightgbm.Dataset(features, 1 - kinds, reference=data)
    early = lightgbm.early_stopping(3, verbose=False)
    return lightgbm.train(SETTINGS, data, 50, [other], ["valid"], callbacks=[early, *callbacks])


def test_early_stopping_in_a_step_gives_its_model_before_the_step_ends(lightgbm: Any, workspace: Workspace) -> None:
    @metadata.step
    def train() -> Any:
        recorded = metadata.lightgbm.Callback("churn")
        stopped_early(lightgbm, recorded)
        return recorded.recorded

    model = train()
    assert [each["id"] for each in reading.models(workspace)] == [model.id]
    assert reading.state(reading.only(workspace)) == "COMPLETE"


def test_early_stopping_ends_with_the_step(lightgbm: Any, workspace: Workspace) -> None:
    @metadata.step
    def train() -> int:
        return int(stopped_early(lightgbm, metadata.lightgbm.Callback("churn")).best_iteration)

    best = train()
    run = reading.only(workspace)
    assert reading.state(run) == "COMPLETE"
    assert reading.counts(workspace, run)["valid.auc"] == 4
    [model] = reading.models(workspace)
    assert (model["name"], model["kwargs"]["best_iteration"]) == ("churn", best)


def test_early_stopping_ends_with_the_block_of_the_callback(lightgbm: Any, workspace: Workspace) -> None:
    with metadata.lightgbm.Callback("churn") as recorded:
        stopped_early(lightgbm, recorded)
    assert reading.state(reading.only(workspace)) == "COMPLETE"
    assert recorded.recorded.kwargs["best_iteration"] == 1
    with pytest.raises(RuntimeError, match="cold"), metadata.lightgbm.Callback("churn") as recorded:
        stopped_early(lightgbm, recorded, _cold)
    failed = reading.executions(workspace)[-1]
    assert (reading.state(failed), reading.reason(failed)) == ("FAILED", "RuntimeError: the oven is cold")


def test_early_stopping_ends_when_the_training_returns(lightgbm: Any, workspace: Workspace) -> None:
    for number in (1, 2):
        recorded = metadata.lightgbm.Callback("churn")
        booster = stopped_early(lightgbm, recorded)
        assert [reading.state(each) for each in reading.executions(workspace)] == ["COMPLETE"] * number
        assert recorded.recorded.version == str(number)
        assert recorded.recorded.kwargs["best_iteration"] == booster.best_iteration
        loaded = lightgbm.Booster(model_file=metadata.model_files(recorded.recorded) / "model.txt")
        assert loaded.num_trees() == booster.num_trees()
        assert not any(
            "lineal" in name for name in (*booster.params, *reading.parameters(reading.executions(workspace)[-1]))
        )


def test_early_stopping_of_an_estimator_and_of_a_cross_validation_ends_when_it_returns(
    lightgbm: Any, workspace: Workspace
) -> None:
    features, kinds = numbers()
    recorded = metadata.lightgbm.Callback("churn")
    estimator = lightgbm.LGBMClassifier(n_estimators=50, num_leaves=4, verbose=-1, early_stopping_round=3)
    estimator.fit(features, kinds, eval_X=(features,), eval_y=(1 - kinds,), callbacks=[recorded])
    assert recorded.recorded.kwargs["best_iteration"] == estimator.best_iteration_
    data = lightgbm.Dataset(features, numpy.random.default_rng(2).permutation(kinds))
    early = lightgbm.early_stopping(3, verbose=False)
    lightgbm.cv(SETTINGS, data, 200, nfold=2, callbacks=[metadata.lightgbm.Callback("cv"), early])
    assert [reading.state(each) for each in reading.executions(workspace)] == ["COMPLETE"] * 2


def _cold(env: Any) -> None:
    if env.iteration == 1:
        raise RuntimeError("the oven is cold")


def test_what_an_exception_left_fails_when_the_next_training_begins(lightgbm: Any, workspace: Workspace) -> None:
    with pytest.raises(RuntimeError, match="cold"):
        stopped_early(lightgbm, metadata.lightgbm.Callback("churn"), _cold)
    stopped_early(lightgbm, metadata.lightgbm.Callback("churn"))
    failed = reading.executions(workspace)[0]
    assert reading.state(failed) == "FAILED"
    assert reading.reason(failed).endswith("UnfinishedTrainingError: the training did not come to its end")
    assert reading.counts(workspace, failed)["valid.auc"] == 2


def test_an_estimator_with_several_kinds_and_weights(lightgbm: Any, workspace: Workspace) -> None:
    features, kinds = numbers(3)
    recorded = metadata.lightgbm.Callback("kinds", data=(features, kinds, numpy.ones(200)), save=False)
    estimator = lightgbm.LGBMClassifier(n_estimators=3, num_leaves=4, verbose=-1)
    estimator.fit(features, kinds, numpy.ones(200), eval_X=(features,), eval_y=(kinds,), callbacks=[recorded])
    run = reading.only(workspace)
    assert reading.counts(workspace, run) == {"valid_0.multi_logloss": 3}
    assert reading.parameters(run)["num_class"] == "3"


def test_cross_validation_has_mean_values_and_no_model(lightgbm: Any, workspace: Workspace) -> None:
    data = lightgbm.Dataset(*numbers())
    recorded = metadata.lightgbm.Callback("churn")
    lightgbm.cv(SETTINGS, data, 4, nfold=2, callbacks=[recorded])
    run = reading.only(workspace)
    assert (reading.state(run), reading.models(workspace)) == ("COMPLETE", [])
    assert set(reading.counts(workspace, run).values()) == {4}
