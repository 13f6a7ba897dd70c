"""Stores for the tests of backup, deletion and audit: one with something of everything that a row can hold."""

from __future__ import annotations

import math
from typing import Any

from lineal.files import Nowhere, Stored
from lineal.kinds import ARTIFACT, CONTEXT, EXECUTION
from lineal.service import MetadataService
from lineal.service.access import UNNAMED
from lineal.service.file_records import FileRecords
from lineal.store.engine.session import Session
from lineal.store.own_rows import facets, locations, values
from lineal.store.own_rows.facets import Facet
from lineal.store.rows.events import events_of
from lineal.wire import metadata_store as pb
from lineal.wire import metrics, records
from lineal.wire import service as rpc
from tests.service.requests import put_artifact_type, put_context_type, put_execution_type

DECLARED = {"layers": pb.INT, "accuracy": pb.DOUBLE, "note": pb.STRING, "ready": pb.BOOLEAN, "shape": pb.STRUCT}


OTHER_NAME = "hive://metastore:9083/shop.orders"
FILE = "ä/0/run/artifacts/model/weights.bin"
SHA256 = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"


def fill(service: MetadataService) -> None:
    """Put data → training → model, in a context inside another, with values of every kind."""
    model = put_artifact_type(service, **DECLARED)
    run, project = put_execution_type(service), put_context_type(service)
    request = rpc.PutExecutionRequest()
    request.execution.CopyFrom(pb.Execution(type_id=run, name="train", last_known_state=pb.Execution.COMPLETE))
    for name, event_type in (("data", pb.Event.INPUT), ("model", pb.Event.OUTPUT)):
        pair = request.artifact_event_pairs.add(event=pb.Event(type=event_type))
        pair.event.path.steps.add(key="files")
        pair.event.path.steps.add(index=3)
        pair.artifact.CopyFrom(rich_artifact(model, name))
    request.contexts.add(type_id=project, name="digits")
    put: Any = service.call("PutExecution", request)
    context = put.context_ids[0]
    outer = rpc.PutContextsRequest(contexts=[pb.Context(type_id=project, name="all", external_id="the whole")])
    outer_id = service.call("PutContexts", outer).context_ids[0]
    pair = pb.ParentContext(child_id=context, parent_id=outer_id)
    service.call("PutParentContexts", rpc.PutParentContextsRequest(parent_contexts=[pair]))
    log_metrics(service, artifact_id=put.artifact_ids[0])
    log_metrics(service, context_id=context)
    service.call("PutAlias", records.PutAliasRequest(artifact_id=put.artifact_ids[1], alias="best ä"))
    FileRecords(service).put(Nowhere(), FILE, Stored(3, SHA256), UNNAMED)
    service.write(lambda session, _: put_facets(session, put.artifact_ids[0], put.execution_id, context))


def put_facets(session: Session, artifact_id: int, execution_id: int, context_id: int) -> None:
    """Put facets of nodes and of the event between them, another name of the artifact, and the id of the store."""
    [event] = [each for each in events_of(session, EXECUTION, [execution_id]) if each.artifact_id == artifact_id]
    schema = Facet(artifact_id, "schema", 2**50, '{"fields": [{"name": "größe"}]}')
    facets.merge_into_nodes(session, ARTIFACT, [schema, Facet(artifact_id, "ownership", 3, None)])
    facets.merge_into_nodes(session, EXECUTION, [Facet(execution_id, "sql", 2, '{"query": "SELECT 1"}')])
    facets.merge_into_nodes(session, CONTEXT, [Facet(context_id, "documentation", 5, '{"description": "d"}')])
    facets.merge_into_events(session, [Facet(event.id, "inputStatistics", -1, '{"rowCount": 3}')])
    locations.add_names(session, [(artifact_id, OTHER_NAME)])
    values.store_id(session)


def log_metrics(service: MetadataService, **node: int) -> None:
    """Log points of a node, the odd ones included."""
    values = [0.1, math.nan, math.inf, -math.inf]
    loss = metrics.MetricSeries(name="loss", steps=[3, -2, 2**62, 3], times=[5, 6, 7, 8], values=values)
    rate = metrics.MetricSeries(name="learning rate ä", steps=[0], times=[1], values=[1e-300])
    service.call("LogMetrics", metrics.LogMetricsRequest(series=[loss, rate], **node))


def points_of(service: MetadataService, name: str = "loss", **node: int) -> str:
    """Return the points of a metric as a text: a NaN is not equal to itself."""
    answer: Any = service.call("GetMetricHistory", metrics.GetMetricHistoryRequest(name=name, **node))
    found = answer.series
    return str([*zip(found.steps, found.times, found.values, strict=True)])


def rich_artifact(type_id: int, name: str) -> pb.Artifact:
    """Return an artifact with a value of every kind, the odd ones included."""
    node = pb.Artifact(type_id=type_id, name=name, uri=f"S3A://ärmel/{name}/", state=pb.Artifact.LIVE)
    node.external_id = f"outside:{name}"
    node.properties["layers"].int_value = 2**62
    node.properties["accuracy"].double_value = 0.1
    node.properties["note"].string_value = "mlmd-struct::"
    node.properties["ready"].bool_value = False
    node.properties["shape"].struct_value["width"] = 3
    node.custom_properties["nothing"].double_value = math.nan
    node.custom_properties["much"].double_value = math.inf
    node.custom_properties["lines"].string_value = 'two\nlines, "quotes", \U0001f600'
    node.custom_properties["packed"].proto_value.Pack(pb.Value(string_value="inside"))
    return node
