"""Estimators of scikit-learn are recorded with their parameters, scores, curves, data sets and files."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from kubeflow.metadata import metadata
from lineal.sdk import Execution, Workspace
from tests.frameworks import reading

pytestmark = pytest.mark.usefixtures("sklearn")
NotRecorded = metadata.NotRecordedWarning


@pytest.fixture
def run(workspace: Workspace) -> Execution:
    return Execution("train", workspace)


def irises() -> tuple[Any, Any]:
    from sklearn.datasets import load_iris

    features, kinds = load_iris(return_X_y=True, as_frame=True)
    return features, kinds


def parameters(run: Execution) -> dict[str, str]:
    [stored] = run.workspace.store.get_executions_by_id([run.id])
    return reading.parameters(stored)


def points(run: Execution) -> dict[str, int]:
    return reading.counts(run.workspace, run)


def test_a_classifier_is_recorded_with_everything(run: Execution, workspace: Workspace) -> None:
    from sklearn.linear_model import LogisticRegression

    features, kinds = irises()
    fitted = LogisticRegression(C=0.5, max_iter=200).fit(features, kinds)
    model = metadata.sklearn.log(fitted, features, kinds, name="iris", test=(features[:20], kinds[:20]), execution=run)
    assert (model.version, model.model_type, model.format) == ("1", "LogisticRegression", "joblib")
    assert model.training_framework["name"] == "scikit-learn"
    assert model.values["test.accuracy"] == 1.0
    assert model.values["train.accuracy"] > 0.9
    assert model.hyperparameters["C"] == 0.5
    assert (parameters(run)["C"], parameters(run)["random_state"]) == ("0.5", "None")
    assert points(run) == {"train.accuracy": 1, "test.accuracy": 1}
    names = {each["name"]: each["rows"] for each in workspace.list(metadata.DataSet.ARTIFACT_TYPE_NAME)}
    assert names == {"training data": 150, "test data": 20}
    upstream = workspace.lineage(model).upstream.artifacts
    assert [each["name"] for each in upstream] == ["training data", "test data"]


def test_the_test_data_has_the_name_that_it_is_given(run: Execution, workspace: Workspace) -> None:
    from sklearn.linear_model import LogisticRegression

    features, kinds = irises()
    fitted = LogisticRegression(max_iter=200).fit(features, kinds)
    with pytest.raises(TypeError, match="give test="):
        metadata.sklearn.log(fitted, features, kinds, test_data="irises kept apart", execution=run)
    kept = (features[:20], kinds[:20])
    model = metadata.sklearn.log(fitted, features, kinds, test=kept, test_data="irises kept apart", execution=run)
    upstream = workspace.lineage(model).upstream.artifacts
    assert [each["name"] for each in upstream] == ["training data", "irises kept apart"]


def test_the_saved_model_predicts_what_the_fitted_one_does(run: Execution) -> None:
    import joblib
    from sklearn.tree import DecisionTreeClassifier

    features, kinds = irises()
    fitted = DecisionTreeClassifier(random_state=1).fit(features, kinds)
    model = metadata.sklearn.log(fitted, features, kinds, execution=run)
    loaded = joblib.load(metadata.model_files(model) / "model.joblib")
    assert model.name == "DecisionTreeClassifier"
    assert loaded.predict(features).tolist() == fitted.predict(features).tolist()


def test_the_curves_that_an_estimator_keeps_are_points(run: Execution) -> None:
    from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.neural_network import MLPRegressor

    features, kinds = irises()
    metadata.sklearn.log(
        GradientBoostingClassifier(n_estimators=4).fit(features, kinds), features, kinds, execution=run
    )
    assert points(run) == {"train.loss": 4, "train.accuracy": 1}
    early = HistGradientBoostingRegressor(max_iter=5, early_stopping=True).fit(features, kinds)
    stopped = Execution("early", run.workspace)
    metadata.sklearn.log(early, features, kinds, execution=stopped)
    assert points(stopped)["valid.score"] == points(stopped)["train.score"] == early.n_iter_ + 1
    net = MLPRegressor(hidden_layer_sizes=(3,), max_iter=300, tol=10, n_iter_no_change=2).fit(features, kinds)
    other = Execution("net", run.workspace)
    assert metadata.sklearn.log(net, features, kinds, execution=other).values["train.loss"] == net.loss_
    assert points(other)["train.loss"] == net.n_iter_


def test_a_search_is_recorded_with_its_candidates(run: Execution) -> None:
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    features, kinds = irises()
    pipeline = make_pipeline(StandardScaler(), SVC())
    search = GridSearchCV(pipeline, {"svc__C": [0.1, 10, 0.001]}, cv=3).fit(features, kinds)
    model = metadata.sklearn.log(search, features, kinds, execution=run)
    assert (model.name, model.model_type) == ("SVC", "GridSearchCV(Pipeline(SVC))")
    assert points(run)["cv.score"] == 3
    assert model.values["cv.score"] == pytest.approx(search.best_score_)
    assert model.kwargs["candidates"][1]["parameters"] == {"svc__C": 10}
    assert model.kwargs["candidates"][1]["score"] == pytest.approx(search.best_score_)
    assert parameters(run)["best.svc__C"] == "10"
    assert parameters(run)["estimator__svc"] == "SVC"


def test_scores_of_cross_validation_are_given(run: Execution) -> None:
    from sklearn.linear_model import LinearRegression
    from sklearn.model_selection import cross_val_score

    features, kinds = irises()
    folds = cross_val_score(LinearRegression(), features, kinds, cv=4)
    fitted = LinearRegression().fit(features, kinds)
    model = metadata.sklearn.log(fitted, features, kinds, scores={"cv.r2": folds, "seconds": 3}, execution=run)
    assert points(run) == {"cv.r2.fold": 4, "cv.r2": 1, "seconds": 1}
    assert model.values["cv.r2"] == pytest.approx(folds.mean())


def test_scorers_are_named_and_weights_weigh(run: Execution) -> None:
    import numpy as np
    from sklearn.tree import DecisionTreeRegressor

    features, kinds = irises()
    weights = np.where(kinds == 0, 1.0, 0.0)
    fitted = DecisionTreeRegressor(max_depth=1).fit(features, kinds, sample_weight=weights)
    names = ["neg_mean_absolute_error", "neg_max_error"]
    model = metadata.sklearn.log(fitted, features, kinds, sample_weight=weights, scores=names, execution=run)
    assert model.values["train.neg_mean_absolute_error"] == 0.0
    assert model.values["train.neg_max_error"] < -1
    with pytest.raises(ValueError, match="nonsense"):
        metadata.sklearn.log(fitted, features, kinds, scores=["nonsense"], execution=run)


def test_texts_and_sparse_matrices_are_data(run: Execution) -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    texts, kinds = ["good bread", "bad bread", "good rolls"], [1, 0, 1]
    pipeline = make_pipeline(CountVectorizer(), MultinomialNB()).fit(texts, kinds)
    model = metadata.sklearn.log(pipeline, texts, kinds, name="taste", execution=run)
    assert model.values["train.accuracy"] == 1.0
    counts = CountVectorizer().fit_transform(texts)
    metadata.sklearn.log(MultinomialNB().fit(counts, kinds), counts, kinds, data="counts", execution=run)
    listed = run.workspace.list(metadata.DataSet.ARTIFACT_TYPE_NAME)
    assert [(each["name"], each["rows"], each["columns"]) for each in listed] == [
        ("training data", 3, 1),
        ("counts", 3, 4),
    ]


def test_a_frame_with_columns_of_texts_is_data(run: Execution) -> None:
    import pandas as pd
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LinearRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    orders = pd.DataFrame({"bread": ["rye", "wheat", "rye", None], "day": [1, 2, 3, 4], "loaves": [4, 6, 5, 7]})
    features = orders[["bread", "day"]]
    encoded = make_column_transformer((OneHotEncoder(), ["bread"]), remainder="passthrough")
    pipeline = make_pipeline(encoded, LinearRegression()).fit(features, orders["loaves"])
    model = metadata.sklearn.log(pipeline, features, orders["loaves"], execution=run)
    assert model.values["train.r2"] > 0.5
    [listed] = run.workspace.list(metadata.DataSet.ARTIFACT_TYPE_NAME)
    assert (listed["column_names"], listed["rows"]) == (["bread", "day"], 4)


def test_an_estimator_without_targets_is_recorded(run: Execution) -> None:
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import StandardScaler

    features, _ = irises()
    model = metadata.sklearn.log(KMeans(2, n_init=1).fit(features), features, execution=run)
    assert model.values["train.score"] < 0
    scaler = metadata.sklearn.log(StandardScaler().fit(features), features, save=False, execution=run)
    assert (scaler.values, scaler.digest, scaler.uri[:9]) == ({}, "", "urn:uuid:")


def test_an_estimator_that_is_not_fitted_is_refused_and_nothing_is_recorded(run: Execution) -> None:
    from sklearn.exceptions import NotFittedError
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    with pytest.raises(NotFittedError):
        metadata.sklearn.log(make_pipeline(LogisticRegression()), *irises(), execution=run)
    assert run.workspace.list(metadata.DataSet.ARTIFACT_TYPE_NAME) == []


def test_a_score_that_fails_does_not_cost_the_model(run: Execution) -> None:
    from sklearn.tree import DecisionTreeClassifier

    features, kinds = irises()
    two = DecisionTreeClassifier().fit(features, list(zip(kinds, kinds, strict=True)))
    with pytest.warns(NotRecorded, match=r"the score train.accuracy was not computed: multiclass-multioutput"):
        model = metadata.sklearn.log(two, features, [[kind, kind] for kind in kinds], execution=run)
    assert model.id


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"scores": {"auc": "high"}}, "'auc' is 'high', and not a number"),
        ({"scores": {"auc": []}}, "and not a number"),
        ({"test": [[1.0], [2.0]]}, "'test' must be a tuple of X and y, got list"),
    ],
)
def test_what_is_told_wrongly_is_refused_and_nothing_is_recorded(
    run: Execution, given: dict[str, Any], why: str
) -> None:
    from sklearn.linear_model import LogisticRegression

    features, kinds = irises()
    with pytest.raises(TypeError, match=why):
        metadata.sklearn.log(LogisticRegression(max_iter=200).fit(features, kinds), features, kinds, **given)
    assert run.workspace.list(metadata.DataSet.ARTIFACT_TYPE_NAME) == []


def test_a_score_may_be_an_array_of_one_number(run: Execution) -> None:
    import numpy
    from sklearn.linear_model import LogisticRegression

    features, kinds = irises()
    fitted = LogisticRegression(max_iter=200).fit(features, kinds)
    model = metadata.sklearn.log(fitted, features, kinds, scores={"auc": numpy.array(0.5)}, execution=run)
    assert model.values == {"auc": 0.5}


def test_a_data_set_of_your_own_stands_for_the_data(run: Execution) -> None:
    from sklearn.dummy import DummyClassifier

    features, kinds = irises()
    orders = metadata.DataSet("s3://bucket/iris", "irises", version="3")
    metadata.sklearn.log(DummyClassifier().fit(features, kinds), features, kinds, data=orders, execution=run)
    [listed] = run.workspace.list(metadata.DataSet.ARTIFACT_TYPE_NAME)
    assert (listed["name"], listed["uri"]) == ("irises", "s3://bucket/iris")


def test_three_lines_are_enough(place: str) -> None:
    from sklearn.linear_model import LogisticRegression

    features, kinds = irises()
    fitted = LogisticRegression(max_iter=200).fit(features, kinds)
    workspace = metadata.init(place, f"three {uuid.uuid4().hex[:8]}")
    model = metadata.sklearn.log(fitted, features, kinds)
    run = reading.only(workspace)
    assert (run.properties["name"].string_value, reading.state(run)) == ("train LogisticRegression", "COMPLETE")
    assert reading.inputs(workspace, run) == [("training data", 150, 4)]
    assert reading.parameters(run)["max_iter"] == "200"
    assert model.values["train.accuracy"] > 0.9


def test_a_step_is_the_execution_of_its_training_and_a_second_one_is_a_part_of_it(place: str) -> None:
    from sklearn.dummy import DummyClassifier

    features, kinds = irises()
    workspace = metadata.init(place, f"step {uuid.uuid4().hex[:8]}")

    @metadata.step
    def train() -> None:
        for strategy in ("prior", "most_frequent"):
            metadata.sklearn.log(DummyClassifier(strategy=strategy).fit(features, kinds), features, kinds, save=False)

    train()
    step, part = reading.executions(workspace)
    assert [each.properties["name"].string_value for each in (step, part)] == ["train", "train DummyClassifier"]
    assert [reading.parameters(each)["strategy"] for each in (step, part)] == ["prior", "most_frequent"]
    assert part.custom_properties["__parent__"].int_value == step.id
    assert [each["version"] for each in reading.models(workspace)] == ["1", "2"]
