"""Workspaces: the place that a team's runs, executions and artifacts belong to."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NoReturn, SupportsIndex

from lineal import errors
from lineal.client import MetadataStore
from lineal.sdk import artifact_lineage, cards, changing, ids, kept, listing, plain, searching, stored_form
from lineal.sdk import labels as label_texts
from lineal.sdk.pictures import web_ui
from lineal.sdk.retry import retrying
from lineal.sdk.standard_artifact import required_text
from lineal.sdk.store import Store
from lineal.wire import metadata_store as pb

if TYPE_CHECKING:
    from pandas import DataFrame  # type: ignore[import-untyped]


class Workspace:
    """A named place in a store; made on first use, found again by its name.

    Attributes:
        store: the client, with every call that the service offers.
        name: its name, unique in the store.
        description: as it is stored: an existing workspace keeps its own.
        labels: as they are stored: an existing workspace keeps its own.
        context_id: the id of its context in the store.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> store = metadata.Store("sqlite://")  # in memory; "sqlite:///metadata.db" is a file
        >>> workspace = metadata.Workspace(store, "churn", labels={"team": "growth"})
        >>> metadata.Workspace(store, "churn").labels
        {'team': 'growth'}

    """

    CONTEXT_TYPE_NAME = stored_form.WORKSPACE_TYPE_NAME

    def __init__(
        self,
        store: Store | None = None,
        name: str | None = None,
        description: plain.Scalar | None = None,
        labels: Mapping[Any, plain.Scalar] | None = None,
        reuse_workspace_if_exists: bool | None = True,
        backend_url_prefix: str | None = None,
    ) -> None:
        """Find the workspace of this name, or make it.

        Args:
            store: the store, required.
            name: the name, required.
            description: a description for people.
            labels: texts to label it with.
            reuse_workspace_if_exists: whether a workspace that exists is what is wanted.
            backend_url_prefix: not supported any more; leave it out.

        Raises:
            ValueError: an argument is missing or of the wrong type, or the workspace exists and is not to be reused.
            AlreadyExistsError: the name is taken by something that the caller may not see, or by a workspace with
                another spelling, in a database for which both names are equal.
        """
        if backend_url_prefix:
            raise ValueError(
                "'backend_url_prefix' is no longer supported; pass 'store' with the server's host and port"
            )
        if not required_text("name", name):
            raise ValueError("'name' must be set and in string type, got an empty one")
        if not isinstance(store, Store):
            raise ValueError(f"'store' must be set as metadata.Store, got {store!r}")
        self.store: MetadataStore = store.store
        self.name: str = required_text("name", name)
        self.description: str | None = plain.field_text("description", description)
        self.labels: Mapping[str, str] | None = label_texts.checked(labels)
        self._types = store._types
        self._context = self._find_or_make(reuse=bool(reuse_workspace_if_exists))
        self.context_id: int = self._context.id
        self._show_stored()

    def search(
        self,
        query: str,
        artifact_type_name: str | None = None,
        *,
        sort: str | None = None,
        limit: SupportsIndex | None = None,
        archived: bool | None = False,
        kind: Literal["artifact", "execution"] = "artifact",
    ) -> list[dict[str, Any]]:
        """Return the artifacts of this workspace that a search finds, as dicts of `list` with their type and metrics.

        The search is that of `lineal ls -q`. It waits up to ten seconds for the index, and warns if it is late.

        Args:
            query: the search, such as "type:model metric.auc>0.9"; "" finds all.
            artifact_type_name: the name of their type; None for all types.
            sort: the order, such as "name" or "-metric.auc"; None for the newest first.
            limit: return at most so many; None for 1,000, and a warning if there are more.
            archived: as for `list`.
            kind: "artifact", or "execution" for executions: their fields, when they `started` and `ended` (milliseconds
                since the epoch, or None), their `parameters`, why they failed (`failure_message`), and their metrics.

        Raises:
            ValueError: an argument is of the wrong type, or the search or the order has a mistake.
            UnimplementedError: the server does not search.

        Example:
            >>> from kubeflow.metadata import metadata
            >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
            >>> with metadata.Execution(name="train", workspace=workspace) as train:
            ...     model = train.log_output(metadata.Model(uri="file:///m/1", name="churn", labels={"stage": "test"}))
            >>> [found["name"] for found in workspace.search("type:model label.stage=test")]
            ['churn']
            >>> [(found["name"], found["state"]) for found in workspace.search("name:train", kind="execution")]
            [('train', 'COMPLETE')]

        """
        wanted = searching.Wanted(query, artifact_type_name, sort, limit, archived, kind)
        return searching.find(self.store, self.name, wanted)

    def list(
        self,
        artifact_type_name: str | None = None,
        *,
        labels: Mapping[Any, Any] | None = None,
        name: str | None = None,
        limit: SupportsIndex | None = None,
        archived: bool | None = False,
    ) -> list[dict[str, Any]]:
        """Return the artifacts of one type that were logged in this workspace, as dicts, oldest first.

        An unknown type gives an empty list, and a warning names the nearest type that there is.

        Args:
            artifact_type_name: the name of the type; None for models.
            labels: return only artifacts that have all these labels.
            name: return only artifacts of this name.
            limit: return at most so many.
            archived: leave out archived artifacts (False), return them alone (True), or return both (None).

        Raises:
            ValueError: an argument is of the wrong type.

        Example:
            >>> from kubeflow.metadata import metadata
            >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
            >>> with metadata.Execution(name="train", workspace=workspace) as train:
            ...     model = train.log_output(metadata.Model(uri="file:///m/1", name="churn", labels={"stage": "test"}))
            >>> [found["name"] for found in workspace.list(labels={"stage": "test"})]
            ['churn']
            >>> workspace.list(metadata.DataSet.ARTIFACT_TYPE_NAME)
            []

        """
        type_name = stored_form.MODEL_TYPE_NAME if artifact_type_name is None else artifact_type_name
        wanted = listing.wanted(self.name, type_name, labels=labels, name=name, limit=limit, archived=archived)
        return listing.find(self.store, wanted)

    def get_by_alias(self, name: str, alias: str, artifact_type_name: str | None = None) -> dict[str, Any] | None:
        """Return the version of a name that has an alias, as a dict of `list` with its aliases; None if none has it.

        Args:
            name: the name of the artifacts, such as "digits-cnn".
            alias: the alias, such as "production".
            artifact_type_name: the name of their type; None for models.

        Raises:
            UnimplementedError: the server is not Lineal.

        Example:
            >>> from kubeflow.metadata import metadata
            >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
            >>> with metadata.Execution(name="train", workspace=workspace) as train:
            ...     model = train.log_output(metadata.Model(uri="file:///m/7", name="churn", version="7"))
            >>> model.promote("production")
            >>> workspace.get_by_alias("churn", "production")["version"]
            '7'

        """
        type_name = stored_form.MODEL_TYPE_NAME if artifact_type_name is None else artifact_type_name
        found = changing.holder(self.store, self.name, type_name, required_text("name", name), alias)
        if found is None:
            return None
        node = changing.stored(self.store, found)
        return {**stored_form.plain_artifact(node), "aliases": changing.aliases_of(node)}

    def to_dataframe(
        self,
        artifact_type_name: str | None = None,
        *,
        labels: Mapping[Any, Any] | None = None,
        name: str | None = None,
        limit: SupportsIndex | None = None,
        flatten: bool = False,
    ) -> DataFrame:
        """Return what `list` returns as a pandas DataFrame, one row for each artifact.

        Args:
            artifact_type_name: as for `list`.
            labels: as for `list`.
            name: as for `list`.
            limit: as for `list`.
            flatten: whether nested values become columns of their own, such as "labels.stage" or "values.accuracy".

        Raises:
            ImportError: pandas is not installed.

        """
        try:
            import pandas
        except ImportError as error:
            raise ImportError("to_dataframe needs pandas; install it with: pip install 'lineal[notebook]'") from error
        rows = self.list(artifact_type_name, labels=labels, name=name, limit=limit)
        names = stored_form.columns(rows)
        if not flatten:
            return pandas.DataFrame(rows, columns=names)
        frame = pandas.json_normalize(rows)
        places = {name: place for place, name in enumerate(names)}
        at = {name: places.get(name, places.get(name.partition(".")[0], len(places))) for name in frame.columns}
        return frame[sorted(frame.columns, key=at.__getitem__)]

    def lineage(self, artifact: ids.Id, *, max_hops: SupportsIndex | None = None) -> artifact_lineage.Lineage:
        """Return what an artifact of the store came from and what came from it.

        Args:
            artifact: its id, or an object or a dict of `list` that has it.
            max_hops: the number of edges to walk in each direction; None for 100.

        Raises:
            ValueError: `artifact` says no id, such as one that was not logged.
            NotFoundError: the store has no such artifact.

        """
        return artifact_lineage.trace(self.store, artifact, max_hops=max_hops)

    def update(
        self,
        artifact: ids.Id,
        *,
        labels: Mapping[Any, Any] | None = None,
        description: plain.Scalar | None = changing.UNCHANGED,
        properties: Mapping[Any, Any] | None = None,
        state: str | None = changing.UNCHANGED,
        **unknown: NoReturn,
    ) -> dict[str, Any]:
        """Change the record of an artifact that was found; return it as it is then, as a dict of `list`.

        `update` of a dict that `list` returned changes that dict alone. The arguments are those of `Model.update`.

        Args:
            artifact: its id, or an object or a dict of `list` that has it.
            labels: labels to set; None as a value removes a label, and all others stay.
            description: the new description, None for none.
            properties: fields of the record, properties of the type, or custom ones, by name; None removes one.
            state: the state in ML Metadata, such as "LIVE", None for none.
            **unknown: nothing else can be changed.

        Raises:
            ValueError: `artifact` says no id, a value is refused, or the name, version or uri is to be changed.
            NotFoundError: the store has no such artifact.

        Example:
            >>> from kubeflow.metadata import metadata
            >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
            >>> with metadata.Execution(name="train", workspace=workspace) as train:
            ...     model = train.log_output(metadata.Model(uri="file:///m/1", name="churn"))
            >>> [found] = workspace.list(name="churn")
            >>> workspace.update(found, labels={"stage": "tested"})["labels"]
            {'stage': 'tested'}

        """
        others = {"description": description, "state": state}
        patch = changing.patch_of(labels, properties, others, unknown)
        return stored_form.plain_artifact(changing.change(self.store, ids.known(artifact), patch))

    def promote(self, artifact: ids.Id, alias: str) -> None:
        """Give an alias to an artifact that was found, as `Model.promote` does.

        Args:
            artifact: its id, or an object or a dict of `list` that has it.
            alias: the alias, such as "production"; the version of the same name that has it loses it.

        Raises:
            ValueError: `artifact` says no id or has no name, or the text can be no alias.
            NotFoundError: the store has no such artifact.
            UnimplementedError: the server is not Lineal.

        """
        changing.promote(self.store, ids.known(artifact), alias)

    def __repr__(self) -> str:
        return cards.short(self, self.name, id=getattr(self, "context_id", None), store=web_ui.place_of(self.store))

    def _repr_html_(self) -> str:
        fields = {name: getattr(self, name) for name in ("name", "context_id", "description", "labels")}
        read = partial(cards.around_workspace, self.store, self.context_id)
        return cards.card("Workspace", fields, read, client=self.store, page=("workspaces", self.context_id))

    def _find_or_make(self, *, reuse: bool) -> pb.Context:
        found = self._find(reuse=reuse)
        if found is not None:
            return found
        try:
            return self._make(reuse=reuse)
        except errors.PermissionDeniedError as error:  # most often a mistyped name
            raise errors.PermissionDeniedError(
                f"there is no workspace {self.name!r} that these credentials can see, and they cannot make it; check "
                f"the name ({error.message})"
            ) from error

    def _find(self, *, reuse: bool) -> pb.Context | None:
        """Return the workspace of this name, None if there is none."""
        existing = self._get_existing_context()
        if existing is not None and existing.name != self.name:
            raise errors.AlreadyExistsError(
                f"the name {self.name!r} belongs to the workspace {existing.name!r} with id {existing.id}, since the "
                "store's database takes the two names for the same; use that spelling, or choose another name"
            )
        if existing is not None and not reuse:
            raise ValueError(
                f"workspace {self.name!r} exists with id {existing.id}; "
                "pass reuse_workspace_if_exists=True to use it, or another name"
            )
        return existing

    def _get_existing_context(self) -> pb.Context | None:
        return retrying(lambda: self.store.get_context_by_type_and_name(self.CONTEXT_TYPE_NAME, self.name))

    def _make(self, *, reuse: bool) -> pb.Context:
        """Store a new workspace; if another program was faster, use its workspace like an existing one."""
        context = pb.Context(type_id=self._types.workspace_type_id(), name=self.name, properties=self._properties())
        try:
            stored = retrying(lambda: self._put(context), written=self._get_existing_context)
        except errors.AlreadyExistsError:
            existing = self._find(reuse=reuse)
            if existing is None:  # nothing can be done about it: this caller may not see who has the name
                raise
            return existing
        return stored

    def _put(self, context: pb.Context) -> pb.Context:
        [context_id] = self.store.put_contexts([context])
        return pb.Context(id=context_id, type_id=context.type_id, name=context.name, properties=context.properties)

    def _show_stored(self) -> None:
        """Take the description and the labels that are stored; warn if others were given."""
        given = {"description": self.description, "labels": None if self.labels is None else dict(self.labels)}
        stored = stored_form.workspace_fields(self._context)
        for name in [name for name in given if not kept.agree(name, given[name] or None, stored[name] or None)]:
            setattr(self, name, stored[name])
        names = kept.differing(given, stored)
        if names:
            kept.warn(f"the workspace {self.name!r} (id {self.context_id})", names, shows_stored=True)

    def _properties(self) -> dict[str, pb.Value]:
        labels = None if self.labels is None else stored_form.field_json("labels", dict(self.labels))
        texts = {"description": self.description, stored_form.LABELS_PROPERTY_NAME: labels}
        return stored_form.text_properties(texts)
