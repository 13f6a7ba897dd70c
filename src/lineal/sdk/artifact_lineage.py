"""The lineage of an artifact: what it came from (upstream) and what came from it (downstream).

What stays out: the walk through the graph, which the service does.
"""

from __future__ import annotations

import operator
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, SupportsIndex

from lineal import errors, lineage_cuts
from lineal.client import MetadataStore
from lineal.counting import amount
from lineal.lineage_cuts import Cut
from lineal.sdk import ids, stored_form
from lineal.sdk.pictures import drawing, html, web_ui
from lineal.sdk.retry import retrying
from lineal.type_names import short_name
from lineal.urls import redact
from lineal.wire import metadata_store as pb

_Options = pb.LineageSubgraphQueryOptions
_COLUMNS = ("id", "type", "name", "version", "uri")


@dataclass(frozen=True, repr=False)
class Relatives:
    """The relatives of an artifact in one direction, without the artifact itself, ordered by id.

    Attributes:
        artifacts: one dict for each artifact: id, type, uri and the keys of `Workspace.list`.
        executions: one dict for each execution: id, type, workspace, run, state and the properties.
        events: the edges that join them.
        cuts: where the walk stopped before its end, for example after `max_hops`; empty if these are all relatives.
            As a text, a cut says what was left out.

    """

    artifacts: Sequence[dict[str, Any]]
    executions: Sequence[dict[str, Any]]
    events: Sequence[pb.Event]
    cuts: Sequence[Cut] = ()

    def __repr__(self) -> str:
        stops = f", {self.cuts[0]}" if self.cuts else ""
        return f"{type(self).__name__}({_counted(self)}{stops})"

    def _repr_html_(self) -> str:
        return drawing.picture(_graph([self])) + self._tables()

    def _tables(self) -> str:
        executions = html.table("executions", self.executions, ("id", "name", "run", "state"))
        artifacts = html.table("artifacts", self.artifacts, _COLUMNS)
        return executions + artifacts + "".join(f"<p>The walk {cut}.</p>" for cut in self.cuts)


@dataclass(frozen=True, repr=False)
class Lineage:
    """What an artifact came from and what came from it.

    Attributes:
        artifact_id: the id of the artifact in the middle.
        upstream: the executions and artifacts that led to it.
        downstream: the executions that used it, and what they made.
        name: the name of the artifact.
        place: where the store is, without passwords.
        link: where the web UI shows the artifact, None if its address is not known.

    Example:
        >>> from kubeflow.metadata import metadata
        >>> workspace = metadata.Workspace(metadata.Store("sqlite://"), "churn")
        >>> with metadata.Execution(name="train", workspace=workspace) as train:
        ...     orders = train.log_input(metadata.DataSet(uri="file:///orders.csv", name="orders"))
        ...     model = train.log_output(metadata.Model(uri="file:///m/1", name="churn"))
        >>> lineage = model.lineage()
        >>> [made_from["name"] for made_from in lineage.upstream.artifacts]
        ['orders']
        >>> len(lineage.downstream.artifacts)
        0

    """

    artifact_id: int
    upstream: Relatives
    downstream: Relatives
    name: str = field(default="", compare=False)
    place: str = field(default="", compare=False)
    link: str | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        sides = f"upstream: {_counted(self.upstream)}, downstream: {_counted(self.downstream)}"
        return redact(f"{type(self).__name__}({self.name!r}, id={self.artifact_id}, {sides}, store={self.place!r})")

    def _repr_html_(self) -> str:
        focus = (drawing.ARTIFACT, self.artifact_id)
        graph = _graph([self.upstream, self.downstream], focus, self.name or "artifact")
        sides = {"Upstream": self.upstream, "Downstream": self.downstream}
        tables = "".join(
            f"<h4>{side} of artifact {self.artifact_id}</h4>{relatives._tables()}" for side, relatives in sides.items()
        )
        return drawing.picture(graph) + tables + html.link(self.link, "Open in the web UI")


def _counted(relatives: Relatives) -> str:
    artifacts, executions = len(relatives.artifacts), len(relatives.executions)
    return f"{amount(artifacts, 'artifacts')} and {amount(executions, 'executions')}"


def _graph(sides: Sequence[Relatives], focus: drawing.Key | None = None, name: str = "") -> drawing.Graph:
    """Return the graph of relatives, those nearest to the focus if there is one."""
    names = {} if focus is None else {focus: (name, f"artifact {focus[1]}")}
    for side in sides:
        names |= {(drawing.ARTIFACT, each["id"]): _names(each) for each in side.artifacts}
        names |= {(drawing.EXECUTION, each["id"]): _names(each) for each in side.executions}
    edges = [edge for side in sides for edge in drawing.edges_of(side.events)]
    keys = list(names)[: drawing.MOST_NODES] if focus is None else drawing.chosen(edges, focus)
    drawn = {key: names[key] for key in keys if key in names}
    return drawing.Graph(
        drawn, edges, focus, left_out=len(names) - len(drawn), is_all=not any(side.cuts for side in sides)
    )


def _names(fields: Mapping[str, Any]) -> tuple[str, str]:
    kind = short_name(str(fields.get("type", "")))
    return str(fields.get("name") or fields.get("uri") or kind), f"{kind} {fields['id']}"


def trace(client: MetadataStore, artifact: ids.Id, *, max_hops: SupportsIndex | None = None) -> Lineage:
    """Walk the lineage of an artifact in both directions.

    Args:
        client: the store to ask.
        artifact: its id, or an object, a dict or a message that has it.
        max_hops: the number of edges to walk in each direction; None for 100.

    Raises:
        NotFoundError: the store has no such artifact.
        ValueError: `artifact` says no id, such as one that was not logged.

    """
    artifact_id = ids.known(artifact)
    itself, upstream = _relatives(client, artifact_id, _Options.UPSTREAM, max_hops)
    _, downstream = _relatives(client, artifact_id, _Options.DOWNSTREAM, max_hops)
    link = web_ui.link(client, "artifacts", artifact_id)
    return Lineage(artifact_id, upstream, downstream, itself, web_ui.place_of(client), link)


def _relatives(
    client: MetadataStore, artifact_id: int, direction: int, max_hops: SupportsIndex | None
) -> tuple[str, Relatives]:
    """Return the name of the artifact, and its relatives in one direction."""
    options = _Options(
        starting_artifacts=_Options.StartingNodes(filter_query=f"id = {artifact_id}"),
        direction=direction,  # type: ignore[arg-type]
    )
    if max_hops is not None:
        options.max_num_hops = operator.index(max_hops)
    with lineage_cuts.collected() as cuts:
        graph = _graph_of(client, options, artifact_id)
    artifacts = [artifact for artifact in graph.artifacts if artifact.id != artifact_id]
    name = next((_names(plain(artifact))[0] for artifact in graph.artifacts if artifact.id == artifact_id), "")
    return name, Relatives(
        artifacts=[plain(artifact) for artifact in sorted(artifacts, key=_id)],
        executions=[plain_execution(execution) for execution in sorted(graph.executions, key=_id)],
        events=list(graph.events),
        cuts=cuts,
    )


def _graph_of(client: MetadataStore, options: Any, artifact_id: int) -> Any:
    try:
        return retrying(lambda: client.get_lineage_subgraph(options, ["artifacts", "executions", "events"]))
    except errors.NotFoundError:
        raise errors.NotFoundError(f"there is no artifact with the id {artifact_id}") from None


def _id(node: pb.Artifact | pb.Execution) -> int:
    return node.id


def plain(artifact: pb.Artifact) -> dict[str, Any]:
    """Return an artifact as a dict of `Workspace.list`, with its type and uri."""
    fields = {"uri": artifact.uri, "type": artifact.type, **stored_form.plain_artifact(artifact)}
    return stored_form.in_order(fields, artifact.type)


def plain_execution(execution: pb.Execution) -> dict[str, Any]:
    """Return an execution as a dict: id, type, workspace, run, state, the properties, and why it failed."""
    return stored_form.in_order({"type": execution.type, **stored_form.plain_execution(execution)}, execution.type)


_homes: dict[int, tuple[weakref.ref[object], MetadataStore, str]] = {}


def remember_home(artifact: object, client: MetadataStore, workspace: str = "") -> None:
    """Remember the store and the workspace that an artifact was logged in, for as long as the artifact lives.

    It is kept beside the artifact: an attribute would end up in the JSON of its record.
    """
    key = id(artifact)
    try:
        _homes[key] = (weakref.ref(artifact, lambda _: _homes.pop(key, None) and None), client, workspace)
    except TypeError:  # a class without weak references: its lineage() asks for the store
        return


def reduced_at_home(artifact: object, reduced: Any) -> Any:
    """Return how an artifact is copied with the store that it was logged in, and pickled if others can open that one.

    Args:
        artifact: the artifact.
        reduced: how Python pickles it, from `object.__reduce_ex__`.

    """
    home = home_of(artifact)
    if home is None or not isinstance(reduced, tuple):
        return reduced
    return _made_at, (_Home(home, workspace_of(artifact)), reduced[0], *reduced[1]), *reduced[2:]


@dataclass(frozen=True)
class _Home:
    """The store of an artifact that is being copied or pickled; a pickle leaves out one that others cannot open."""

    client: MetadataStore | None
    workspace: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        return _Home, (self.client if self.client is not None and self.client.is_portable else None, self.workspace)

    def __deepcopy__(self, memo: dict[int, object]) -> _Home:
        return self


def _made_at(home: _Home, make: Any, *arguments: Any) -> Any:
    artifact = make(*arguments)
    if home.client is not None:
        remember_home(artifact, home.client, home.workspace)
    return artifact


def home_of(artifact: object) -> MetadataStore | None:
    """Return the store that an artifact was logged in, or None."""
    reference, client, _ = _homes.get(id(artifact), (None, None, ""))
    return client if reference is not None and reference() is artifact else None


def workspace_of(artifact: object) -> str:
    """Return the name of the workspace that an artifact was logged in, or an empty text."""
    return _homes[id(artifact)][2] if home_of(artifact) is not None else ""
