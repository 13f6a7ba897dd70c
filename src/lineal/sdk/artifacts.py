"""The inputs and outputs of executions: the abstract Artifact, and DataSet, Model and Metrics.

An artifact is a plain object until an execution logs it; then its `id` is set. What stays out: logging (recording.py).
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, SupportsIndex, TypeAlias

from lineal import record_patch
from lineal.client import MetadataStore
from lineal.sdk import (
    artifact_lineage,
    cards,
    changing,
    ids,
    kept,
    metric_points,
    plain,
    stored_form,
    typos,
    web_ui,
)
from lineal.sdk import labels as label_texts
from lineal.urls import redact
from lineal.wire import metadata_store as pb

# None until the artifact is logged. For a type checker it may be used as a number: nearly all code reads it afterwards.
LoggedId: TypeAlias = int | Any


class Artifact(ABC):
    """The base of artifact types, those of the SDK and your own.

    A subclass names its type in `ARTIFACT_TYPE_NAME`, describes itself in `serialization()`, keeps an attribute `id`
    (None until it is logged) and, where two records can mean the same thing, says so in `is_duplicated`.
    """

    id: LoggedId

    if TYPE_CHECKING:  # a text for checkers, of the class and of its objects; a class without it is abstract
        ARTIFACT_TYPE_NAME: ClassVar[str]
        """The name of the artifact type, for example "my-company.org/feature_view"."""
    else:

        @property
        @abstractmethod
        def ARTIFACT_TYPE_NAME(self) -> str:  # noqa: N802 (the name is the interface)
            """The name of the artifact type, for example "my-company.org/feature_view"."""

    @abstractmethod
    def serialization(self) -> pb.Artifact:
        """Return the uri and the properties to store; type, workspace and run are added on logging."""

    @staticmethod
    def is_duplicated(a: pb.Artifact, b: pb.Artifact) -> bool:
        """Tell whether two records are the same artifact, so that logging finds the stored one; by default never."""
        return False

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Copy or pickle the artifact; a copy knows the store that it was logged in, a pickle knows it by URL."""
        return artifact_lineage.reduced_at_home(self, super().__reduce_ex__(protocol))

    def lineage(
        self, *, max_hops: SupportsIndex | None = None, store: MetadataStore | HasStore | None = None
    ) -> artifact_lineage.Lineage:
        """Return what this artifact came from and what came from it.

        Args:
            max_hops: the number of edges to walk in each direction; None for 100.
            store: where to look, a Store or its client; by default the store that the artifact was logged in.

        Raises:
            ValueError: the artifact was not logged, or `store` is needed because it came from another process.

        """
        artifact_id = getattr(self, "id", None)
        given: Any = store
        client: MetadataStore | None = getattr(given, "store", given) or artifact_lineage.home_of(self)
        if artifact_id is None:
            raise ValueError("the artifact has no lineage yet: log it first, or give it an 'id' and pass 'store'")
        if client is None:
            raise ValueError(
                f"the artifact {artifact_id} was not logged by this process, so its store is not known here; pass "
                "'store': lineage(store=workspace.store)"
            )
        return artifact_lineage.trace(client, artifact_id, max_hops=max_hops)

    def update(
        self,
        *,
        labels: Mapping[Any, Any] | None = None,
        description: str | None = changing.UNCHANGED,
        properties: Mapping[str, Any] | None = None,
        state: str | None = changing.UNCHANGED,
        **unknown: Any,
    ) -> None:
        """Change the stored record, and this object with it; the audit log keeps the values before.

        Args:
            labels: labels to set; None as a value removes a label, and all others stay.
            description: the new description, None for none.
            properties: fields of the record (`owner`, `hyperparameters`), properties of the type, or custom ones, by
                name; None as a value removes one.
            state: the state in ML Metadata, such as "LIVE", None for none.
            **unknown: nothing else can be changed.

        Raises:
            ValueError: the artifact was not logged, a value is refused, or the name, version or uri is to be changed.
            NotFoundError: the record was deleted.

        """
        patch = changing.patch_of(labels, properties, {"description": description, "state": state}, unknown)
        self._change(patch, what="change")

    def archive(self) -> None:
        """Archive the record: `Workspace.list` leaves it out, and nothing else is changed.

        Raises:
            ValueError: the artifact was not logged.

        """
        self._change({"archived": True}, what="archive")

    def restore(self) -> None:
        """Take the record back from the archive.

        Raises:
            ValueError: the artifact was not logged.

        """
        self._change({"archived": False}, what="restore")

    def _change(self, patch: Mapping[str, Any], *, what: str) -> None:
        client, artifact_id = changing.stored_in(self, what=what)
        stored = changing.change(client, artifact_id, patch)
        if isinstance(self, StandardArtifact):
            self.show(vars(self), stored_form.recorded_fields(stored))

    def promote(self, alias: str) -> None:
        """Give this version an alias, such as "production", and take it from the version of the same name that has it.

        Versions of a name have the same workspace, type and name. The alias moves at once, also if many ask for it.

        Raises:
            ValueError: the artifact was not logged, has no name, or the text can be no alias.
            UnimplementedError: the server is not Lineal.

        """
        client, artifact_id = changing.stored_in(self, what="promote")
        changing.promote(client, artifact_id, alias)

    def remove_alias(self, alias: str) -> None:
        """Take an alias from this version.

        Raises:
            NotFoundError: it does not have the alias.
            UnimplementedError: the server is not Lineal.

        """
        client, artifact_id = changing.stored_in(self, what="change")
        changing.remove_alias(client, artifact_id, alias)

    def aliases(self) -> list[str]:
        """Return the aliases that this version has now, in alphabetical order."""
        return changing.aliases_of(changing.stored(*changing.stored_in(self, what="read")))

    def state(self) -> str | None:
        """Return the state of the record in ML Metadata now, such as "LIVE"; None if it has none."""
        stored = changing.stored(*changing.stored_in(self, what="read"))
        return pb.Artifact.State.Name(stored.state) if stored.HasField("state") else None

    def is_archived(self) -> bool:
        """Tell whether the record is archived now."""
        return record_patch.is_archived(changing.stored(*changing.stored_in(self, what="read")))

    def __repr__(self) -> str:
        client = artifact_lineage.home_of(self)
        facts = {name: getattr(self, name, None) for name in ("id", "version", "uri")}
        facts |= {"workspace": self._workspace(), "store": None if client is None else web_ui.place_of(client)}
        return cards.short(self, getattr(self, "name", None), **facts)

    def _repr_html_(self) -> str:
        client, artifact_id = artifact_lineage.home_of(self), getattr(self, "id", None)
        fields = getattr(self, "__dict__", {}) | {"workspace": self._workspace()}
        fields = stored_form.in_order(fields, self.ARTIFACT_TYPE_NAME)
        if client is None or artifact_id is None:
            return cards.card(type(self).__name__, fields, None)
        read = partial(cards.around_artifact, client, artifact_id)
        return cards.card(type(self).__name__, fields, read, client=client, page=("artifacts", artifact_id))

    def _workspace(self) -> str | None:
        return artifact_lineage.workspace_of(self) or getattr(self, "workspace", None)


def is_same_version(a: pb.Artifact, b: pb.Artifact) -> bool:
    """Tell whether type, uri, name, version and workspace of two records agree."""
    return (
        (a.type_id, a.uri) == (b.type_id, b.uri)
        and all(a.properties.get(name) == b.properties.get(name) for name in ("name", "version"))
        and a.custom_properties.get(stored_form.WORKSPACE_PROPERTY_NAME)
        == b.custom_properties.get(stored_form.WORKSPACE_PROPERTY_NAME)
    )


# The attributes that a stored record may lack, and what they are then.
_OWN_FIELDS: Mapping[str, Any] = {
    **dict.fromkeys(("workspace", "description", "owner", "version", "query", "labels", "values")),
    **dict.fromkeys(("model_type", "training_framework", "hyperparameters", "data_set_id", "model_id", "metrics_type")),
    "kwargs": {},
}


class StandardArtifact(Artifact):
    """The base of the SDK's artifacts, whose attributes are their record."""

    _TEXT_PROPERTIES: ClassVar[tuple[str, ...]] = ()
    uri: str
    name: str
    workspace: str | None
    description: str | None
    owner: str | None
    labels: Mapping[str, str] | None
    create_time: str
    kwargs: dict[str, Any]

    def serialization(self) -> pb.Artifact:
        """Return the record: each text attribute as a property, and all attributes as JSON in `__ALL_META__`."""
        texts = {name: plain.field_text(name, getattr(self, name)) for name in self._TEXT_PROPERTIES}
        uri = required_uri(self.uri)
        properties = stored_form.text_properties(texts)
        all_meta = stored_form.to_json({**vars(self), **texts, "uri": uri})
        properties[stored_form.ALL_META_PROPERTY_NAME] = pb.Value(string_value=all_meta)
        return pb.Artifact(uri=uri, properties=properties)

    def show(self, given: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
        """Take the values of the stored record in place of those given.

        Args:
            given: the fields of this artifact's own record.
            stored: those of the stored one; a field of the SDK's that it lacks, as another writer leaves it, is empty.

        """
        for name in [name for name in vars(self) if name in given and name != "id"]:
            if not kept.agree(name, given[name], stored.get(name)) and (name in stored or name in _OWN_FIELDS):
                setattr(self, name, stored.get(name, _OWN_FIELDS.get(name)))

    def __str__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in vars(self).items())
        return redact(f"{type(self).__module__}.{type(self).__qualname__}({fields})")


class DataSet(StandardArtifact):
    """A data set: where it is, which version, and its query."""

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
        path, which becomes a file: URI.

        Raises:
            ValueError: `uri` or `name` is missing or no string, or `labels` are no texts.
            TypeError: another argument has no text.

        """
        self.workspace: str | None = _name_of(workspace)
        self.name: str = required_text("name", name)
        self.description: str | None = plain.field_text("description", description)
        self.owner: str | None = plain.field_text("owner", owner)
        self.uri: str = required_uri(uri)
        self.version: str | None = plain.field_text("version", version)
        self.query: str | None = plain.field_text("query", query)
        self.labels: Mapping[str, str] | None = label_texts.checked(labels)
        typos.check_keywords("DataSet", kwargs, vars(self))
        self.id: LoggedId = None
        self.create_time: str = stored_form.now()
        self.kwargs = kwargs


class Model(StandardArtifact):
    """A trained model: where it is, which version, and how it was made."""

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
        path, which becomes a file: URI.

        Raises:
            ValueError: `uri` or `name` is missing or no string, or `labels` are no texts.
            TypeError: another argument has no text.

        """
        self.workspace: str | None = _name_of(workspace)
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
    """The results of an evaluation of a model; each logged one is a separate record."""

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
        path, which becomes a file: URI.

        Raises:
            ValueError: `uri` or `name` is missing or no string, or `labels` are no texts.
            TypeError: another argument has no text.

        """
        self.workspace: str | None = _name_of(workspace)
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
        values: Mapping[str, Any],
        *,
        step: SupportsIndex | None = None,
        time: metric_points.Time = None,
        store: MetadataStore | None = None,
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

        """
        metric_points.log(self, values, step=step, time=time, store=store)

    def log_points(
        self,
        points: metric_points.Columns | Iterable[metric_points.Point],
        *,
        steps: Iterable[SupportsIndex] | None = None,
        times: Iterable[metric_points.Time] | None = None,
        store: MetadataStore | None = None,
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
        store: MetadataStore | None = None,
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
        store: MetadataStore | None = None,
    ) -> Iterator[metric_points.History]:
        """Yield the points of a metric in pages of up to `page_size` (at most 50,000), as `history` orders them."""
        return metric_points.history_pages(
            self, name, first_step=first_step, last_step=last_step, page_size=page_size, store=store
        )


class HasStore(Protocol):
    """A Store or a Workspace, which this module cannot import."""

    store: MetadataStore


class NamedContext(Protocol):
    """A Workspace, which this module cannot import."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def context_id(self) -> int:
        """Its id in the store."""


def _name_of(workspace: str | NamedContext | None) -> str | None:
    is_workspace = hasattr(workspace, "context_id")
    return plain.field_text("workspace", getattr(workspace, "name", "") if is_workspace else workspace)


def required_uri(uri: Any) -> str:
    """Return the uri of an artifact; a path becomes an absolute file: URI.

    Raises:
        ValueError: it is missing, neither a text nor a path, or no text that a store can hold.

    """
    return required_text("uri", plain.uri_of(uri))


def required_text(argument: str, value: str | None) -> str:
    """Return the text of a required argument.

    Raises:
        ValueError: it is missing, no string, or no text that a store can hold.

    """
    if not isinstance(value, str):
        raise ValueError(f"'{argument}' must be set and in string type, got {value!r}")
    return stored_form.storable(argument, str.__str__(value))  # a member of an enumeration of texts is its value
