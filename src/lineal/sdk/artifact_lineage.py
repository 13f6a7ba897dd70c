"""The lineage of an artifact: what it came from (upstream) and what came from it (downstream).

What stays out: the walk through the graph, which the service does.
"""

from __future__ import annotations

import operator
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, SupportsIndex

from lineal import lineage_cuts
from lineal.client import MetadataStore
from lineal.lineage_cuts import Cut
from lineal.sdk import html, ids, stored_form
from lineal.sdk.retry import retrying
from lineal.wire import metadata_store as pb

_Options = pb.LineageSubgraphQueryOptions
_COLUMNS = ("id", "type", "name", "version", "uri")


@dataclass(frozen=True)
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

    def _repr_html_(self) -> str:
        executions = html.table("executions", self.executions, ("id", "name", "run", "state"))
        artifacts = html.table("artifacts", self.artifacts, _COLUMNS)
        return executions + artifacts + "".join(f"<p>The walk {cut}.</p>" for cut in self.cuts)


@dataclass(frozen=True)
class Lineage:
    """What an artifact came from and what came from it.

    Attributes:
        artifact_id: the id of the artifact in the middle.
        upstream: the executions and artifacts that led to it.
        downstream: the executions that used it, and what they made.

    """

    artifact_id: int
    upstream: Relatives
    downstream: Relatives

    def _repr_html_(self) -> str:
        sides = {"Upstream": self.upstream, "Downstream": self.downstream}
        return "".join(
            f"<h4>{side} of artifact {self.artifact_id}</h4>{relatives._repr_html_()}"
            for side, relatives in sides.items()
        )


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
    return Lineage(
        artifact_id,
        upstream=_relatives(client, artifact_id, _Options.UPSTREAM, max_hops),
        downstream=_relatives(client, artifact_id, _Options.DOWNSTREAM, max_hops),
    )


def _relatives(client: MetadataStore, artifact_id: int, direction: int, max_hops: SupportsIndex | None) -> Relatives:
    options = _Options(
        starting_artifacts=_Options.StartingNodes(filter_query=f"id = {artifact_id}"),
        direction=direction,  # type: ignore[arg-type]
    )
    if max_hops is not None:
        options.max_num_hops = operator.index(max_hops)
    with lineage_cuts.collected() as cuts:
        graph = retrying(lambda: client.get_lineage_subgraph(options, ["artifacts", "executions", "events"]))
    artifacts = [artifact for artifact in graph.artifacts if artifact.id != artifact_id]
    return Relatives(
        artifacts=[_artifact(artifact) for artifact in sorted(artifacts, key=_id)],
        executions=[_execution(execution) for execution in sorted(graph.executions, key=_id)],
        events=list(graph.events),
        cuts=cuts,
    )


def _id(node: pb.Artifact | pb.Execution) -> int:
    return node.id


def _artifact(artifact: pb.Artifact) -> dict[str, Any]:
    fields = {"uri": artifact.uri, "type": artifact.type, **stored_form.plain_artifact(artifact)}
    return stored_form.in_order(fields, artifact.type)


def _execution(execution: pb.Execution) -> dict[str, Any]:
    return stored_form.in_order({"type": execution.type, **stored_form.plain_execution(execution)}, execution.type)


_homes: dict[int, tuple[weakref.ref[object], MetadataStore]] = {}


def remember_home(artifact: object, client: MetadataStore) -> None:
    """Remember the store that an artifact was logged in, for as long as the artifact lives.

    It is kept beside the artifact: an attribute would end up in the JSON of its record.
    """
    key = id(artifact)
    try:
        _homes[key] = (weakref.ref(artifact, lambda _: _homes.pop(key, None) and None), client)
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
    return _made_at, (_Home(home), reduced[0], *reduced[1]), *reduced[2:]


@dataclass(frozen=True)
class _Home:
    """The store of an artifact that is being copied or pickled; a pickle leaves out one that others cannot open."""

    client: MetadataStore | None

    def __reduce__(self) -> tuple[Any, ...]:
        return _Home, (self.client if self.client is not None and self.client.is_portable else None,)

    def __deepcopy__(self, memo: dict[int, object]) -> _Home:
        return self


def _made_at(home: _Home, make: Any, *arguments: Any) -> Any:
    artifact = make(*arguments)
    if home.client is not None:
        remember_home(artifact, home.client)
    return artifact


def home_of(artifact: object) -> MetadataStore | None:
    """Return the store that an artifact was logged in, or None."""
    reference, client = _homes.get(id(artifact), (None, None))
    return client if reference is not None and reference() is artifact else None
