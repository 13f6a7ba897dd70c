"""What a process remembers of types: nothing that was undone."""

from __future__ import annotations

from typing import Any

import pytest

from lineal import errors
from lineal.kinds import ARTIFACT, CONTEXT
from lineal.mlflow import Tracking
from lineal.service import MetadataService
from lineal.service.known_types import KnownTypes
from lineal.service.writes.put_types import put_type
from lineal.store.engine.session import Session
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.engines import SQLITE_EVERY_DAY
from tests.service.requests import artifact, put_artifact_type, put_artifacts, put_context_type

pytestmark = pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)


def make_and_learn(session: Session, types: KnownTypes, name: str = "Model", **properties: Any) -> int:
    """Make a type, or add properties to it, and learn it, as calls of MLflow's clients do."""
    given = pb.ArtifactType(name=name, properties=properties)
    request = rpc.PutArtifactTypeRequest(artifact_type=given, can_add_fields=True)
    type_id = int(put_type(session, types, request, ARTIFACT).type_id)
    assert types.id_of(session, ARTIFACT, name, "") == type_id
    known = types.get(session, ARTIFACT, type_id)
    assert all(types.property_type(session, known, each) is not None for each in properties)
    return type_id


def make_and_fail(session: Session, types: KnownTypes, **properties: Any) -> None:
    make_and_learn(session, types, **properties)
    raise errors.AbortedError("after the type was made")


def known_id(service: MetadataService, name: str) -> int | None:
    return service.read(lambda session, types: types.id_of(session, ARTIFACT, name, ""))


def test_a_type_of_a_write_that_failed_is_made_again(service: MetadataService) -> None:
    with pytest.raises(errors.AbortedError, match="after the type was made"):
        service.write(make_and_fail)
    assert known_id(service, "Model") is None
    type_id = service.write(make_and_learn)
    assert known_id(service, "Model") == type_id
    assert put_artifacts(service, artifact(type_id))


def test_another_type_can_have_the_id_of_one_whose_write_failed(service: MetadataService) -> None:
    with pytest.raises(errors.AbortedError):
        service.write(make_and_fail)
    context = pb.Context(type_id=put_context_type(service), name="of another kind")
    assert service.call("PutContexts", rpc.PutContextsRequest(contexts=[context])).context_ids  # type: ignore[attr-defined]
    name = service.read(lambda session, types: types.name(session, context.type_id))
    assert (name, known_id(service, "Model")) == ("Experiment", None)
    assert service.read(lambda session, types: types.get(session, CONTEXT, context.type_id).name) == "Experiment"


def test_a_property_of_a_write_that_failed_is_not_known(service: MetadataService) -> None:
    type_id = put_artifact_type(service)
    put_artifacts(service, artifact(type_id))
    with pytest.raises(errors.AbortedError):
        service.write(lambda session, types: make_and_fail(session, types, accuracy=pb.DOUBLE))
    node = artifact(type_id)
    node.properties["accuracy"].double_value = 0.5
    with pytest.raises(errors.InvalidArgumentError, match="accuracy"):
        put_artifacts(service, node)


def test_a_type_is_read_once_if_its_write_succeeded(service: MetadataService) -> None:
    type_id = service.write(make_and_learn)
    statements: list[str] = []
    service.database.observe = statements.append
    assert service.read(lambda session, types: types.get(session, ARTIFACT, type_id).name) == "Model"
    assert known_id(service, "Model") == type_id
    assert statements == []


def test_a_refused_call_of_a_client_of_mlflow_leaves_no_trace_of_its_types(service: MetadataService) -> None:
    tracking = Tracking(service)
    run = tracking.call("runs/create", {"experiment_id": "0"})["run"]["info"]["run_id"]
    made = tracking.call("logged-models/create", {"experiment_id": "0", "name": "net", "source_run_id": run})
    on = {"key": "auc", "value": 1, "timestamp": 1, "dataset_name": "holdout", "dataset_digest": "d"}
    points = [{**on, "model_id": made["model"]["info"]["model_id"]}, {**on, "model_id": "m-nobody"}]
    with pytest.raises(errors.NotFoundError, match="m-nobody"):
        tracking.call("runs/log-batch", {"run_id": run, "metrics": points})
    assert tracking.call("registered-models/create", {"name": "churn"})["registered_model"]["name"] == "churn"
    tracking.call("runs/log-batch", {"run_id": run, "metrics": points[:1]})
