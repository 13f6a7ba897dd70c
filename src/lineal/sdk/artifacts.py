"""The inputs and outputs of executions: DataSet, Model and Metrics.

An artifact is a plain object until an execution logs it; then its `id` is set. What stays out: the base of all artifact
types (base_artifact.py), what the three share (standard_artifact.py), and logging (executions/recording.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, SupportsIndex

from lineal.client import MetadataStore
from lineal.sdk import (
    ids,
    metric_points,
    plain,
    stored_form,
    typos,
)
from lineal.sdk import labels as label_texts
from lineal.sdk.base_artifact import Artifact as Artifact
from lineal.sdk.base_artifact import HasStore, LoggedId
from lineal.sdk.identity import is_same_version
from lineal.sdk.standard_artifact import NamedContext, StandardArtifact, name_of, required_text, required_uri


class DataSet(StandardArtifact):
    """A data set: where it is, which version, and its query.

    Attributes:
        id: its id in the store; None until it is logged.
        uri: where it is; a path becomes a file: URI.
        name: its name, required.
        workspace: the workspace that it was logged in, by its name.
        description: a description for people.
        owner: the person or team that is responsible for it.
        version: its version; another version is another record.
        query: how it was selected, such as SQL.
        labels: texts to find it by.
        kwargs: the further arguments, by name.
        create_time: when it was described, UTC, as text.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
        >>> orders = metadata.DataSet(uri="file:///orders.csv", name="orders", version="v1", labels={"region": "eu"})
        >>> with metadata.Execution(name="train", workspace=workspace) as train:
        ...     print(train.log_input(orders).id)
        1
    """

    ARTIFACT_TYPE_NAME: ClassVar[str] = stored_form.DATA_SET_TYPE_NAME
    _TEXT_PROPERTIES = ("name", "create_time", "description", "query", "version", "owner")
    is_duplicated = staticmethod(is_same_version)

    def __init__(
        self,
        uri: str | os.PathLike[str] | None = None,
        name: str | None = None,
        workspace: str | NamedContext | None = None,
        description: plain.Scalar | None = None,
        owner: plain.Scalar | None = None,
        version: plain.Scalar | None = None,
        query: plain.Scalar | None = None,
        labels: Mapping[Any, plain.Scalar] | None = None,
        **kwargs: Any,
    ) -> None:
        """Describe a data set; further keyword arguments are recorded under `kwargs`.

        A number, a date or another value of `plain.Scalar` is recorded as its text where a text is asked; `uri` takes a
        `pathlib.Path`, which becomes a file: URI, and a text as it is.

        Without a uri it cannot be logged: it is for `Annotated[DataFrame, DataSet(name="orders")]` of a step, where the
        data says the rest.

        Raises:
            ValueError: `name` is missing, it or `uri` is no string, or `labels` are no texts.
            TypeError: another argument has no text.

        """
        self.workspace: str | None = name_of(workspace)
        self.name: str = required_text("name", name)
        self.description: str | None = plain.field_text("description", description)
        self.owner: str | None = plain.field_text("owner", owner)
        self.uri: str = required_uri(uri) if uri is not None else None  # type: ignore[assignment]
        self.version: str | None = plain.field_text("version", version)
        self.query: str | None = plain.field_text("query", query)
        self.labels: Mapping[str, str] | None = label_texts.checked(labels)
        typos.check_keywords("DataSet", kwargs, vars(self))
        self.id: LoggedId = None
        self.create_time: str = stored_form.now()
        self.kwargs = kwargs


class Model(StandardArtifact):
    """A trained model: where it is, which version, and how it was made.

    Attributes:
        id: its id in the store; None until it is logged.
        uri: where it is, required; a path becomes a file: URI.
        name: its name, required; the versions of a model share it.
        workspace: the workspace that it was logged in, by its name.
        description: a description for people.
        owner: the person or team that is responsible for it.
        version: its version; another version is another record.
        model_type: what kind of model it is, such as "neural network".
        training_framework: what it was made with, such as {"name": "tensorflow", "version": "2.15"}.
        hyperparameters: values by name.
        labels: texts to find it by.
        kwargs: the further arguments, by name.
        create_time: when it was described, UTC, as text.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
        >>> model = metadata.Model(uri="file:///m/1", name="churn", version="1", hyperparameters={"depth": 3})
        >>> with metadata.Execution(name="train", workspace=workspace) as train:
        ...     print(train.log_output(model).id)
        1
    """

    ARTIFACT_TYPE_NAME: ClassVar[str] = stored_form.MODEL_TYPE_NAME
    _TEXT_PROPERTIES = ("name", "create_time", "description", "model_type", "version", "owner")
    is_duplicated = staticmethod(is_same_version)

    def __init__(
        self,
        uri: str | os.PathLike[str] | None = None,
        name: str | None = None,
        workspace: str | NamedContext | None = None,
        description: plain.Scalar | None = None,
        owner: plain.Scalar | None = None,
        version: plain.Scalar | None = None,
        model_type: plain.Scalar | None = None,
        training_framework: Any | None = None,
        hyperparameters: Mapping[Any, Any] | None = None,
        labels: Mapping[Any, plain.Scalar] | None = None,
        **kwargs: Any,
    ) -> None:
        """Describe a model; further keyword arguments are recorded under `kwargs`.

        A number, a date or another value of `plain.Scalar` is recorded as its text where a text is asked; `uri` takes a
        `pathlib.Path`, which becomes a file: URI, and a text as it is.

        Raises:
            ValueError: `uri` or `name` is missing or no string, or `labels` are no texts.
            TypeError: another argument has no text.

        """
        self.workspace: str | None = name_of(workspace)
        self.name: str = required_text("name", name)
        self.description: str | None = plain.field_text("description", description)
        self.owner: str | None = plain.field_text("owner", owner)
        self.uri: str = required_uri(uri)
        self.version: str | None = plain.field_text("version", version)
        self.model_type: str | None = plain.field_text("model_type", model_type)
        self.training_framework = training_framework
        self.hyperparameters = hyperparameters
        self.labels: Mapping[str, str] | None = label_texts.checked(labels)
        typos.check_keywords("Model", kwargs, vars(self))
        self.id: LoggedId = None
        self.create_time: str = stored_form.now()
        self.kwargs = kwargs


_NO_DATA_SET = (stored_form.MODEL_TYPE_NAME, stored_form.METRICS_TYPE_NAME)
_NO_MODEL = (stored_form.DATA_SET_TYPE_NAME, stored_form.METRICS_TYPE_NAME)
METRICS_TYPES = ("training", "validation", "testing", "production")


class Metrics(StandardArtifact):
    """The results of an evaluation of a model; each logged one is a separate record.

    Attributes:
        id: its id in the store; None until it is logged.
        uri: where the results are, required; a path becomes a file: URI.
        name: its name, required.
        workspace: the workspace that it was logged in, by its name.
        description: a description for people.
        owner: the person or team that is responsible for it.
        data_set_id: the data set that the model was evaluated on.
        model_id: the model; a search then knows the values as metrics of the model.
        metrics_type: how it was measured: `TRAINING`, `VALIDATION`, `TESTING`, `PRODUCTION`, or another text.
        values: numbers by name; after `log`, the latest ones.
        labels: texts to find it by.
        kwargs: the further arguments, by name.
        create_time: when it was described, UTC, as text.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
        >>> with metadata.Execution(name="evaluate", workspace=workspace) as evaluate:
        ...     scores = evaluate.log_output(
        ...         metadata.Metrics(
        ...             uri="file:///m/1/scores",
        ...             name="scores",
        ...             metrics_type=metadata.Metrics.VALIDATION,
        ...             values={"auc": 0.91},
        ...         )
        ...     )
        >>> scores.values
        {'auc': 0.91}
    """

    ARTIFACT_TYPE_NAME: ClassVar[str] = stored_form.METRICS_TYPE_NAME
    _TEXT_PROPERTIES = ("name", "create_time", "description", "metrics_type", "data_set_id", "model_id", "owner")

    TRAINING, VALIDATION, TESTING, PRODUCTION = METRICS_TYPES

    def __init__(
        self,
        uri: str | os.PathLike[str] | None = None,
        name: str | None = None,
        workspace: str | NamedContext | None = None,
        description: plain.Scalar | None = None,
        owner: plain.Scalar | None = None,
        data_set_id: ids.Id | None = None,
        model_id: ids.Id | None = None,
        metrics_type: plain.Scalar | None = None,
        values: Mapping[Any, Any] | None = None,
        labels: Mapping[Any, plain.Scalar] | None = None,
        **kwargs: Any,
    ) -> None:
        """Describe an evaluation; further keyword arguments are recorded under `kwargs`.

        A number, a date or another value of `plain.Scalar` is recorded as its text where a text is asked; `uri` takes a
        `pathlib.Path`, which becomes a file: URI, and a text as it is.

        Raises:
            ValueError: `uri` or `name` is missing or no string, or `labels` are no texts.
            TypeError: another argument has no text.

        """
        self.workspace: str | None = name_of(workspace)
        self.name: str = required_text("name", name)
        self.description: str | None = plain.field_text("description", description)
        self.owner: str | None = plain.field_text("owner", owner)
        self.uri: str = required_uri(uri)
        self.data_set_id: str | None = ids.reference("data_set_id", data_set_id, not_of=_NO_DATA_SET)
        self.model_id: str | None = ids.reference("model_id", model_id, not_of=_NO_MODEL)
        self.metrics_type: str | None = plain.field_text("metrics_type", metrics_type)
        self.values = values
        self.labels: Mapping[str, str] | None = label_texts.checked(labels)
        typos.check_value("metrics_type", self.metrics_type, METRICS_TYPES)
        typos.check_keywords("Metrics", kwargs, vars(self))
        self.id: LoggedId = None
        self.create_time: str = stored_form.now()
        self.kwargs = kwargs

    def log(
        self,
        values: Mapping[Any, Any],
        *,
        step: SupportsIndex | None = None,
        time: metric_points.Time = None,
        store: MetadataStore | HasStore | None = None,
    ) -> None:
        """Add a point to each of some metrics of this record, which `log_output` has logged.

        `values` of the record then has the latest value of each name: that of the highest step, then the latest time.

        Args:
            values: numbers by name, those of NumPy included; NaN and infinities are kept.
            step: the step; None for one more than the highest step that this object has logged, or that the record
                has when the object begins. The first step is 0.
            time: when it was measured, as a datetime or in milliseconds since the epoch; None for now.
            store: where the record is; by default the store that it was logged in.

        Raises:
            ValueError: the record was not logged, or `store` is needed because it came from another process.
            TypeError: a value is no number.
            UnimplementedError: the server is the official one, or of an older version.

        Example:
            >>> from kubeflow.metadata import metadata
            >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
            >>> with metadata.Execution(name="train", workspace=workspace) as train:
            ...     curve = train.log_output(metadata.Metrics(uri="file:///m/1/curve", name="curve"))
            ...     for loss in (0.5, 0.25):
            ...         curve.log({"loss": loss})
            >>> curve.values
            {'loss': 0.25}

        """
        metric_points.log(self, values, step=step, time=time, store=store)

    def log_points(
        self,
        points: metric_points.Columns | Iterable[metric_points.Point],
        *,
        steps: Iterable[SupportsIndex] | None = None,
        times: Iterable[metric_points.Time] | None = None,
        store: MetadataStore | HasStore | None = None,
    ) -> None:
        """Add many points at once, up to 20,000 in a transaction; identical points are kept once.

        Args:
            points: columns of values by name (lists, arrays or a DataFrame), or a list of (name, value, step) or
                (name, value, step, time).
            steps: the steps of columns, as long as each of them; None for the next steps.
            times: the times of columns; None for now.
            store: where the record is; by default the store that it was logged in.

        Raises:
            ValueError: as `log`, or columns are not of one length, or an entry of the list is no point.
            TypeError: a value is no number.
            UnimplementedError: the server is the official one, or of an older version.

        """
        metric_points.log_points(self, points, steps=steps, times=times, store=store)

    def history(
        self,
        name: str,
        *,
        first_step: SupportsIndex | None = None,
        last_step: SupportsIndex | None = None,
        store: MetadataStore | HasStore | None = None,
    ) -> metric_points.History:
        """Return the points of a metric: (steps, times, values), ordered by step, time and value.

        Args:
            name: the metric; one without points has an empty history.
            first_step: only points from this step on; None for no limit.
            last_step: only points up to this step, included; None for no limit.
            store: where the record is; by default the store that it was logged in.

        Raises:
            ValueError: as `log`.
            UnimplementedError: as `log`.

        Example:
            >>> from kubeflow.metadata import metadata
            >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
            >>> with metadata.Execution(name="train", workspace=workspace) as train:
            ...     curve = train.log_output(metadata.Metrics(uri="file:///m/1/curve", name="curve"))
            >>> curve.log_points({"loss": [0.5, 0.25]}, steps=[10, 20])
            >>> steps, times, values = curve.history("loss")
            >>> list(steps), list(values)
            ([10, 20], [0.5, 0.25])

        """
        pages = self.history_pages(name, first_step=first_step, last_step=last_step, store=store)
        return metric_points.joined(pages)

    def history_pages(
        self,
        name: str,
        *,
        first_step: SupportsIndex | None = None,
        last_step: SupportsIndex | None = None,
        page_size: int = 50_000,
        store: MetadataStore | HasStore | None = None,
    ) -> Iterator[metric_points.History]:
        """Yield the points of a metric in pages of up to `page_size` (at most 50,000), as `history` orders them."""
        return metric_points.history_pages(
            self, name, first_step=first_step, last_step=last_step, page_size=page_size, store=store
        )
