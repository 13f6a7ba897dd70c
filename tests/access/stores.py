"""Stores that differ by what a reader of workspace `a` must not see.

`empty` holds types alone. `alone` holds the workspace `a`, and what every store holds. `shared` is a copy of it, with
the same ids and times, into which the workspace `b`, nodes of no workspace, and events between both workspaces were
put. So whatever a caller limited to `a` asks of `shared` must be answered as anybody is answered by `alone`. They are
made as SQLite files; other engines restore these.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lineal.catalogue import Catalogue
from lineal.client.local_searches import with_searches
from lineal.config import DatabaseSettings
from lineal.conventions import WORKSPACE_TYPE
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.locations import joined
from lineal.service import MetadataService
from lineal.service.access import Caller, Role, scope_of
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets, locations
from lineal.store.own_rows.facets import Facet
from lineal.store.rows.events import events_of
from lineal.upkeep import archive
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import metrics, records
from lineal.wire import service as rpc

LARGEST_ID = 40
ALIAS = "best"
"""The alias of the data of each workspace."""
VIEW = "filter=name:b"
VIEW_ID = "wwbycewg4qfu4io2"
"""The short name of the stored view `VIEW`, which the name is made from."""
_NAMES = ("empty", "alone", "shared")


def caller(role: Role, *workspaces: str) -> Caller:
    """Return a caller limited to workspaces."""
    return Caller("somebody", role, scope_of(workspaces))


@dataclass
class Stores:
    """The two stores."""

    empty: MetadataService
    alone: MetadataService
    shared: MetadataService

    def close(self) -> None:
        """Close all."""
        for service in (self.empty, self.alone, self.shared):
            service.close()


def make_stores(folder: Path) -> Stores:
    """Make the stores as files in a folder."""
    with open_service(f"sqlite:///{folder}/empty.db?synchronous=OFF") as service:
        types = _put_types(service)
        Catalogue(service).index.follow_all()
    shutil.copy(folder / "empty.db", folder / "alone.db")
    with open_service(f"sqlite:///{folder}/alone.db?synchronous=OFF") as service:
        put_workspace(service, types, "a")
        Catalogue(service).index.follow_all()
        Catalogue(service).put_view(VIEW)
    shutil.copy(folder / "alone.db", folder / "shared.db")
    stores = _open(folder)
    _put_others(stores.shared)
    stores.close()  # so that the files are whole and can be copied
    return _open(folder)


def copied(folder: Path, target: Path) -> Stores:
    """Return stores of one's own, to write to."""
    for name in _NAMES:
        shutil.copy(folder / f"{name}.db", target / f"{name}.db")
    return _open(target)


def restored(folder: Path, urls: Sequence[str]) -> Stores:
    """Return stores of one's own in empty databases, one for each store."""
    for name, url in zip(("empty", "alone", "alone"), urls, strict=True):
        archive.restore(folder / f"{name}.db", DatabaseSettings(url))
    stores = Stores(*[with_searches(open_service(url)) for url in urls])
    for service in (stores.alone, stores.shared):
        Catalogue(service).index.follow_all()
    _put_others(stores.shared)
    return stores


def _open(folder: Path) -> Stores:
    urls = [f"sqlite:///{folder}/{name}.db?synchronous=OFF" for name in _NAMES]
    return Stores(*[with_searches(open_service(url)) for url in urls])


def fill(service: MetadataService) -> None:
    """Put both workspaces, and what lies between them, into one store."""
    types = _put_types(service)
    for name in ("a", "b"):
        put_workspace(service, types, name)
    _put_between(service, types)


def _put_others(service: MetadataService) -> None:
    """Put into a copy of `alone` what makes it `shared`."""
    types = _put_types(service)
    put_workspace(service, types, "b")
    _put_between(service, types)
    Catalogue(service).index.follow_all()


def _put_types(service: MetadataService) -> rpc.PutTypesResponse:
    model = pb.ArtifactType(name="Model", external_id="Model-id", properties={"size": pb.INT})
    contexts = (WORKSPACE_TYPE, "Experiment", "pipeline")
    request = rpc.PutTypesRequest(
        artifact_types=[model],
        execution_types=[pb.ExecutionType(name="Trainer", external_id="Trainer-id")],
        context_types=[pb.ContextType(name=name, external_id=f"{name}-id") for name in contexts],
    )
    return service.call("PutTypes", request)


def put_workspace(service: MetadataService, types: Any, name: str) -> None:
    """Put a workspace as the SDK does, an experiment and a pipeline in it, and a node that only its context holds."""
    workspace = types.context_type_ids[0]
    request = rpc.PutLineageSubgraphRequest(contexts=[pb.Context(name=name, type_id=workspace)])
    for noun in ("data", "model"):
        request.artifacts.append(marked(artifact(types, f"{name}-{noun}"), name))
    request.artifacts.append(artifact(types, f"{name}-held"))
    request.executions.extend([marked(execution(types, f"{name}-{noun}"), name) for noun in ("train", "check")])
    events = ((0, pb.Event.INPUT), (1, pb.Event.OUTPUT), (1, pb.Event.INTERNAL_OUTPUT), (2, pb.Event.INPUT))
    for index, type_ in events:
        request.event_edges.add(execution_index=0, artifact_index=index, event=pb.Event(type=type_))
    put = service.call("PutLineageSubgraph", request)
    experiment = _put_children(service, types, name, parent_id=put.context_ids[0])
    service.call("PutAlias", records.PutAliasRequest(artifact_id=put.artifact_ids[0], alias=ALIAS))
    service.write(lambda session, _: _put_facets(session, name, put, experiment))
    _log_metrics(service, artifact_id=put.artifact_ids[0])
    _log_metrics(service, execution_id=put.execution_ids[0])
    _log_metrics(service, context_id=experiment)


def _put_facets(session: Session, name: str, put: Any, experiment: int) -> None:
    """Put what OpenLineage would say: columns that come from the data of both workspaces, which have other names."""
    data, model = put.artifact_ids[:2]
    locations.add_names(session, [(data, joined(*_other_name(name)))])
    facets.merge_into_nodes(session, ARTIFACT, [schema(data, f"{name}_id"), schema(model, f"{name}_score")])
    facets.merge_into_nodes(session, EXECUTION, [Facet(put.execution_ids[0], "sql", 1, f'{{"query": "from {name}"}}')])
    facets.merge_into_nodes(session, CONTEXT, [Facet(experiment, "sql", 1, f'{{"query": "from {name}"}}')])
    sources = [(*_other_name(each), f"{each}_id") for each in ("a", "b")]
    _put_column_lineage(session, model, f"{name}_score", sources)


def _other_name(name: str) -> tuple[str, str]:
    """Return the namespace and the name of the data of a workspace."""
    return "hive://meta:9083", f"{name}.data"


def schema(artifact_id: int, *columns: str) -> Facet:
    """Return the facet that tells columns."""
    return Facet(artifact_id, "schema", 1, json.dumps({"fields": [{"name": column} for column in columns]}))


def _put_column_lineage(session: Session, written: int, column: str, sources: Sequence[tuple[str, str, str]]) -> None:
    """Say of an artifact that its runs write where a column comes from, given as (namespace, name, column)."""
    given = [dict(zip(("namespace", "name", "field"), each, strict=True)) for each in sources]
    content = json.dumps({"fields": {column: {"inputFields": given}}})
    events = [event for event in events_of(session, ARTIFACT, [written]) if event.type == pb.Event.OUTPUT]
    facets.merge_into_events(session, [Facet(event.id, "columnLineage", 1, content) for event in events])


def _put_children(service: MetadataService, types: Any, name: str, *, parent_id: int) -> int:
    """Put contexts into the context of a workspace; return the id of the first."""
    children = [
        pb.Context(name=f"{name}-{noun}", type_id=type_id, external_id=f"{name}-{noun}-id")
        for noun, type_id in zip(("experiment", "pipeline"), types.context_type_ids[1:], strict=True)
    ]
    for child in children:
        child.custom_properties["team"].string_value = f"team of {name}"
    child_ids = service.call("PutContexts", rpc.PutContextsRequest(contexts=children)).context_ids
    links = [pb.ParentContext(child_id=child_id, parent_id=parent_id) for child_id in child_ids]
    service.call("PutParentContexts", rpc.PutParentContextsRequest(parent_contexts=links))
    return int(child_ids[0])


def _log_metrics(service: MetadataService, **node: int) -> None:
    """Log points of two metrics of a node."""
    steps = [1, 2, 3]
    series = [metrics.MetricSeries(name=name, steps=steps, times=steps, values=steps) for name in ("loss", "auc")]
    service.call("LogMetrics", metrics.LogMetricsRequest(series=series, **node))


def artifact(types: Any, name: str) -> pb.Artifact:
    """Return an artifact."""
    node = pb.Artifact(name=name, type_id=types.artifact_type_ids[0], uri=f"s3://{name}", external_id=f"{name}-id")
    node.state = pb.Artifact.LIVE
    node.properties["size"].int_value = len(name)
    return node


def execution(types: Any, name: str) -> pb.Execution:
    """Return an execution."""
    type_id = types.execution_type_ids[0]
    return pb.Execution(name=name, type_id=type_id, external_id=f"{name}-id", last_known_state=pb.Execution.RUNNING)


def marked(node: Any, workspace: str) -> Any:
    """Return a node whose properties name a workspace, a run in it, and a label."""
    node.custom_properties["__kf_run__"].string_value = f"run of {node.name}"
    node.custom_properties["team"].string_value = f"team of {workspace}"
    node.custom_properties["__kf_workspace__"].string_value = workspace
    place = "artifact_uri" if isinstance(node, pb.Execution) else "__mlflow_place__"
    node.custom_properties[place].string_value = f"mlflow-artifacts:/{workspace}/0/{node.name}/artifacts"
    return node


def _put_between(service: MetadataService, types: Any) -> None:
    """Let each workspace read from the other, let `b` judge a model of `a`, and put nodes that belong nowhere."""
    model_id = _id_of(service, "a-model")
    request = rpc.PutLineageSubgraphRequest(executions=[marked(execution(types, "b-use"), "b")])
    report = marked(artifact(types, "b-report"), "b")
    report.custom_properties["model_id"].string_value = str(model_id)
    request.artifacts.extend([report, artifact(types, "nowhere")])
    request.contexts.append(pb.Context(name="nowhere", type_id=types.context_type_ids[1]))
    request.event_edges.add(execution_index=0, event=pb.Event(type=pb.Event.INPUT, artifact_id=model_id))
    request.event_edges.add(execution_index=0, artifact_index=0, event=pb.Event(type=pb.Event.OUTPUT))
    put = service.call("PutLineageSubgraph", request)
    service.write(lambda session, _: _put_report(session, model_id, put.artifact_ids[0]))
    read = pb.Event(type=pb.Event.INPUT, artifact_id=_id_of(service, "b-data"), execution_id=_id_of(service, "a-train"))
    service.call("PutEvents", rpc.PutEventsRequest(events=[read]))


def _put_report(session: Session, model_id: int, report_id: int) -> None:
    """Let a column of the report of `b` come from one of the model of `a`."""
    locations.add_names(session, [(model_id, joined("hive://meta:9083", "a.model"))])
    facets.merge_into_nodes(session, ARTIFACT, [schema(report_id, "verdict")])
    _put_column_lineage(session, report_id, "verdict", [("hive://meta:9083", "a.model", "a_score")])


def _id_of(service: MetadataService, name: str) -> int:
    """Return the id of an artifact, or of an execution whose name ends with `train`."""
    if name.endswith("train"):
        trainer = rpc.GetExecutionByTypeAndNameRequest(type_name="Trainer", execution_name=name)
        return int(service.call("GetExecutionByTypeAndName", trainer).execution.id)
    model = rpc.GetArtifactByTypeAndNameRequest(type_name="Model", artifact_name=name)
    return int(service.call("GetArtifactByTypeAndName", model).artifact.id)
