"""The base of artifact types: what a class says of itself, and what can be asked and changed of its logged objects.

What stays out: the SDK's own classes (artifacts.py), logging (recording.py) and changes themselves (changing.py).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Protocol, SupportsIndex, TypeAlias

from lineal import record_patch
from lineal.client import MetadataStore
from lineal.sdk import artifact_lineage, cards, changing, plain, stored_form
from lineal.sdk.pictures import web_ui
from lineal.wire import metadata_store as pb

# None until the artifact is logged. For a type checker it may be used as a number: nearly all code reads it afterwards.
LoggedId: TypeAlias = int | Any


class Artifact(ABC):
    """The base of artifact types, those of the SDK and your own.

    A subclass names its type in `ARTIFACT_TYPE_NAME`, describes itself in `serialization()`, keeps an attribute `id`
    (None until it is logged) and, where two records can mean the same thing, says so in `is_duplicated`.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> from lineal.wire import metadata_store as pb
        >>> class FeatureView(metadata.Artifact):
        ...     ARTIFACT_TYPE_NAME = "my-company.org/feature_view"
        ...     def __init__(self, uri: str) -> None:
        ...         self.id, self.uri = None, uri
        ...     def serialization(self) -> pb.Artifact:
        ...         return pb.Artifact(uri=self.uri)
        >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
        >>> with metadata.Execution(name="features", workspace=workspace) as features:
        ...     view = features.log_output(FeatureView("file:///features/weekly"))
        >>> view.id
        1
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
        description: plain.Scalar | None = changing.UNCHANGED,
        properties: Mapping[Any, Any] | None = None,
        state: str | None = changing.UNCHANGED,
        **unknown: NoReturn,
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

        Example:
            >>> from kubeflow.metadata import metadata
            >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
            >>> with metadata.Execution(name="train", workspace=workspace) as train:
            ...     model = train.log_output(metadata.Model(uri="file:///m/1", name="churn", labels={"draft": "yes"}))
            >>> model.update(labels={"stage": "released", "draft": None}, description="for the shop")
            >>> model.labels
            {'stage': 'released'}

        """
        others = {"description": description, "state": state}
        patch = changing.patch_of(labels, properties, others, unknown, texts=getattr(self, "_TEXT_PROPERTIES", ()))
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

    def _change(self, patch: Mapping[str, Any], *, what: str) -> pb.Artifact:
        """Change the stored record; return it as it is then."""
        client, artifact_id = changing.stored_in(self, what=what)
        return changing.change(client, artifact_id, patch)

    def promote(self, alias: str) -> None:
        """Give this version an alias, such as "production", and take it from the version of the same name that has it.

        Versions of a name have the same workspace, type and name. The alias moves at once, also if many ask for it.

        Raises:
            ValueError: the artifact was not logged, has no name, or the text can be no alias.
            UnimplementedError: the server is not Lineal.

        Example:
            >>> from kubeflow.metadata import metadata
            >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
            >>> with metadata.Execution(name="train", workspace=workspace) as train:
            ...     model = train.log_output(metadata.Model(uri="file:///m/7", name="churn", version="7"))
            >>> model.promote("production")
            >>> model.aliases()
            ['production']

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
        return changing.held_by(*changing.stored_in(self, what="read"))

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


class HasStore(Protocol):
    """A Store or a Workspace, which this module cannot import."""

    store: MetadataStore
