"""Record a fitted estimator of scikit-learn: its parameters, scores, curves, data sets, and the model.

An estimator tells nobody when it is fitted, so it is recorded afterwards, by one call. What stays out: everything that
is not of scikit-learn's own (recording.py, data.py, saving.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from sklearn.base import is_classifier, is_regressor
from sklearn.metrics import get_scorer
from sklearn.utils.validation import check_is_fitted

from lineal.frameworks import data as data_sets
from lineal.frameworks import recording, saving
from lineal.frameworks.points import Points
from lineal.frameworks.saving import SavedModel
from lineal.sdk import Execution, plain
from lineal.sdk.artifacts import DataSet

TRAINING_DATA, TEST_DATA = "training data", "test data"
MOST_CANDIDATES = 200
"""The parameters of more candidates of a search are not recorded; their scores are."""
# The attributes of fitted estimators that are curves, and the names of these.
_CURVES = {
    "loss_curve_": "train.loss",
    "validation_scores_": "valid.score",
    "train_score_": "train.score",
    "validation_score_": "valid.score",
}
_LOSS = "GradientBoosting"
"""How the classes begin whose `train_score_` is the loss."""
_MEAN = "mean_test_"
_DEFAULT_SCORES = {"classifier": "accuracy", "regressor": "r2"}


class Estimator(Protocol):
    """An estimator of scikit-learn or one that follows its rules."""

    def fit(self, X: Any, y: Any = None) -> Any:
        """Fit it."""

    def get_params(self, deep: bool = True) -> Any:
        """Return its parameters by name."""


Scores: TypeAlias = Mapping[str, Any] | Collection[str] | None


def log(
    estimator: Estimator,
    X: Any,
    y: Any = None,
    *,
    name: str | None = None,
    sample_weight: Any = None,
    test: tuple[Any, Any] | None = None,
    scores: Scores = None,
    data: str | DataSet = TRAINING_DATA,
    test_data: str | DataSet | None = None,
    save: bool = True,
    version: plain.Scalar | None = None,
    labels: Mapping[Any, plain.Scalar] | None = None,
    execution: Execution | None = None,
) -> SavedModel:
    """Record a fitted estimator, a pipeline or a search, and return the model.

    Args:
        estimator: the fitted estimator.
        X: what it was fitted with: a DataFrame, an array, a sparse matrix, texts.
        y: the targets, None for none.
        name: the name of the model; by default the class of the estimator.
        sample_weight: the weights of the samples in `fit`.
        test: X and y that were kept apart; (X, None) for no targets.
        scores: numbers by name, or names of scikit-learn's scorers; None for the usual one, [] for none.
        data: the name of the training data, or a data set that stands for it.
        test_data: the same of what `test` has; "test data" if None.
        save: whether the model is saved in the artifacts root.
        version: the version of the model; by default the number after that of the newest of this name.
        labels: texts to label the model with.
        execution: the execution of the training; by default the current step, or one for it alone.

    Raises:
        FailedPreconditionError: there is no step, and no workspace for an execution.
        NotFittedError: the estimator is not fitted.
        TypeError: no digest of the data can be computed, a score is no number, or `test` no tuple of two or missing.
    """
    told = _Told(estimator, (X, y), sample_weight, test, scores, (data, test_data))
    return _record(told, execution, save=save, name=name or _name_of(estimator), version=version, labels=labels)


@dataclass(frozen=True)
class _Told:
    """What the caller says of a training.

    Attributes:
        estimator: the fitted estimator.
        training: X and y.
        sample_weight: the weights of the samples.
        test: X and y that were kept apart.
        scores: numbers by name, names of scorers, or None for the usual one.
        named: the names of the training data and of the test data, or data sets; None for the usual name.

    """

    estimator: Any
    training: tuple[Any, Any]
    sample_weight: Any
    test: tuple[Any, Any] | None
    scores: Scores
    named: tuple[str | DataSet, str | DataSet | None]


def _record(told: _Told, execution: Execution | None, *, save: bool, **described: Any) -> SavedModel:
    """Compute everything, and then write it: what the caller got wrong must leave nothing behind."""
    check_is_fitted(told.estimator)
    if told.test is not None and not (isinstance(told.test, tuple) and len(told.test) == 2):
        raise TypeError(f"'test' must be a tuple of X and y, got {type(told.test).__name__}; for no targets, (X, None)")
    data, test_data = told.named
    if told.test is None and test_data is not None:
        raise TypeError("'test_data' names the data of 'test', which is not given; give test=(X_test, y_test), too")
    inputs = [_data_set(data, *told.training, told.sample_weight)]
    inputs += [_data_set(TEST_DATA if test_data is None else test_data, *told.test)] if told.test is not None else []
    points, parameters = _points(told), _parameters(told.estimator)
    values = points.last() | _scores_of_best(told.estimator)
    fields = {**described, **_search(told.estimator), "hyperparameters": parameters, "values": values}
    with (
        recording.told_at_once(),
        saving.written_if_possible(told.estimator) if save else nullcontext() as files,
        recording.recorded_in(execution, f"train {described['name']}", inputs, parameters) as trained_by,
    ):
        recording.put_training(trained_by, [], {}, points)
        return saving.put_model(trained_by, told.estimator, found=files, **fields)


def _data_set(named: str | DataSet, X: Any, y: Any = None, sample_weight: Any = None) -> DataSet:
    """Return the data set that stands for data, or one that is made of them."""
    if isinstance(named, DataSet):
        return named
    return data_sets.data_set_of_parts({"X": X, "y": y, "sample_weight": sample_weight}, named)


def _name_of(estimator: Any) -> str:
    return type(_last(estimator)).__name__


def _last(estimator: Any) -> Any:
    """Return the estimator that decides: the best one of a search, the last step of a pipeline."""
    found = getattr(estimator, "best_estimator_", None) or getattr(estimator, "estimator", None)
    if found is not None and hasattr(estimator, "cv_results_"):
        return _last(found)
    steps = getattr(estimator, "steps", None)
    return _last(steps[-1][1]) if steps and hasattr(steps[-1][1], "get_params") else estimator


# ---- parameters


def _parameters(estimator: Any) -> dict[str, Any]:
    """Return the plain parameters; the name of its class stands for an estimator inside."""
    found = dict(estimator.get_params(deep=True))
    found |= {f"best.{name}": value for name, value in getattr(estimator, "best_params_", {}).items()}
    shown = {name: type(value).__name__ if _is_estimator(value) else value for name, value in found.items()}
    return recording.plain_parameters(shown)


def _is_estimator(value: Any) -> bool:
    return hasattr(value, "get_params") and not isinstance(value, type)


def _search(estimator: Any) -> dict[str, Any]:
    """Return the candidates of a search with their scores, as a field of the model."""
    results = getattr(estimator, "cv_results_", None)
    if not results or len(results["params"]) > MOST_CANDIDATES:
        return {}
    means = _means(estimator).items()
    return {
        "candidates": [
            {"parameters": recording.plain_parameters(each), **{name: float(mean[at]) for name, mean in means}}
            for at, each in enumerate(results["params"])
        ]
    }


def _scores_of_best(estimator: Any) -> dict[str, float]:
    """Return the mean scores of the candidate that a search chose: its model is that one, and not the last."""
    best = getattr(estimator, "best_index_", None)
    return {} if best is None else {f"cv.{name}": float(means[best]) for name, means in _means(estimator).items()}


def _means(estimator: Any) -> dict[str, Any]:
    """Return the mean scores of a search by metric, each with one for each candidate."""
    results = getattr(estimator, "cv_results_", {})
    return {name.removeprefix(_MEAN): values for name, values in results.items() if name.startswith(_MEAN)}


# ---- scores and curves


def _points(told: _Told) -> Points:
    estimator, points = told.estimator, Points()
    is_loss = type(_last(estimator)).__name__.startswith(_LOSS)
    for attribute, curve in _CURVES.items():
        name = "train.loss" if is_loss and attribute == "train_score_" else curve
        for step, value in enumerate(_numbers(getattr(_last(estimator), attribute, None))):
            points.add(name, value, step)
    for name, values in _means(estimator).items():
        for step, value in enumerate(values):
            points.add(f"cv.{name}", value, step)
    if isinstance(told.scores, Mapping):
        _add_given(points, told.scores)
        return points
    scorers = _scorers(estimator, told.scores)
    _add_computed(points, scorers, estimator, "train", told.training, told.sample_weight)
    if told.test is not None:
        _add_computed(points, scorers, estimator, "test", told.test, None)
    return points


def _numbers(values: Any) -> list[float]:
    return [float(each) for each in values] if values is not None and hasattr(values, "__len__") else []


def _add_given(points: Points, scores: Mapping[str, Any]) -> None:
    """Add scores that the caller has; of a list, such as one for each fold, also the mean."""
    for name, value in scores.items():
        if not _are_many(value):
            points.add(str(name), value, 0)
            continue
        each = [float(number) for number in value]
        for step, number in enumerate(each):
            points.add(f"{name}.fold", number, step)
        points.add(str(name), sum(each) / len(each), 0)


def _are_many(value: Any) -> bool:
    """Tell whether it is a list of numbers, and neither a text nor an array of one number without a dimension."""
    is_one = isinstance(value, str) or getattr(value, "shape", None) == ()
    return not is_one and hasattr(value, "__len__") and len(value) > 0


_Scorer: TypeAlias = Callable[..., Any]


def _scorers(estimator: Any, names: Collection[str] | None) -> dict[str, _Scorer]:
    """Return the scorers that are asked for, or the usual one of an estimator."""
    if names is None:
        kind = "classifier" if is_classifier(estimator) else "regressor" if is_regressor(estimator) else ""
        if not kind:
            return {"score": _own_score} if hasattr(estimator, "score") else {}
        names = [_DEFAULT_SCORES[kind]]
    return {name: get_scorer(name) for name in ([names] if isinstance(names, str) else names)}


def _own_score(estimator: Any, X: Any, y: Any) -> Any:
    return estimator.score(X) if y is None else estimator.score(X, y)


def _add_computed(
    points: Points,
    scorers: Mapping[str, _Scorer],
    estimator: Any,
    part: str,
    data: tuple[Any, Any],
    sample_weight: Any,
) -> None:
    for name, scorer in scorers.items():
        try:
            points.add(f"{part}.{name}", _score(scorer, estimator, *data, sample_weight), 0)
        except Exception as error:  # whatever an estimator raises, it must not cost the model
            recording.tell(f"the score {part}.{name} was not computed", error)


def _score(scorer: _Scorer, estimator: Any, X: Any, y: Any, sample_weight: Any) -> Any:
    if sample_weight is None:
        return scorer(estimator, X, y)
    try:
        return scorer(estimator, X, y, sample_weight=sample_weight)
    except TypeError:  # a score that knows no weights
        return scorer(estimator, X, y)
