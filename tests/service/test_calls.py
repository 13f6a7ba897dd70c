"""The table of calls, and what every call promises."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from lineal import errors
from lineal.service import CALLS, MetadataService, calls
from lineal.upkeep.opening import open_service
from lineal.wire import service as rpc
from tests.engines import SQLITE_EVERY_DAY
from tests.service.requests import artifact, get_artifacts, put_artifact_type, put_artifacts

METHODS = list(rpc.DESCRIPTOR.services_by_name["MetadataStoreService"].methods)


def test_every_rpc_of_the_descriptor_is_served_and_no_other() -> None:
    assert set(CALLS) == {method.name for method in METHODS}
    assert len(CALLS) == 52


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_search_for_the_name_of_a_call_leads_to_its_rule(method: Any) -> None:
    table = Path(calls.__file__).read_text().splitlines()
    lines = [line for line in table if f'"{method.name}"' in line]
    assert [line.strip().startswith(f'"{method.name}": Call({CALLS[method.name].rule.__name__}') for line in lines] == [
        True
    ]


@pytest.mark.parametrize("engine", SQLITE_EVERY_DAY, indirect=True)
@pytest.mark.parametrize("name", sorted(CALLS))
def test_an_empty_request_is_answered_or_refused_as_the_callers_mistake(service: MetadataService, name: str) -> None:
    request = getattr(rpc, f"{name}Request")()
    with contextlib.suppress(errors.InvalidArgumentError, errors.NotFoundError):
        assert service.call(name, request).DESCRIPTOR.name == f"{name}Response"


def test_an_unknown_call_is_unimplemented(service: MetadataService) -> None:
    with pytest.raises(errors.UnimplementedError, match="no call named 'DropEverything'"):
        service.call("DropEverything", rpc.GetArtifactsRequest())


def test_a_failing_request_stores_nothing(service: MetadataService) -> None:
    type_id = put_artifact_type(service)
    with pytest.raises(errors.AlreadyExistsError, match="'twice'"):
        put_artifacts(service, *[artifact(type_id, name=name) for name in ("once", "twice", "twice")])
    assert not service.call("GetArtifacts", rpc.GetArtifactsRequest()).artifacts


def test_the_first_error_in_order_decides(service: MetadataService) -> None:
    type_id = put_artifact_type(service)
    put_artifacts(service, artifact(type_id, name="taken"))
    with pytest.raises(errors.AlreadyExistsError, match="'taken'"):
        put_artifacts(service, artifact(type_id, name="taken"), artifact(999))
    with pytest.raises(errors.NotFoundError, match="999"):
        put_artifacts(service, artifact(999), artifact(type_id, name="taken"))


def test_a_request_is_not_changed(service: MetadataService) -> None:
    type_id = put_artifact_type(service)
    request = rpc.PutExecutionRequest()
    request.execution.type_id = type_id
    before = request.SerializeToString(deterministic=True)
    with pytest.raises(errors.NotFoundError):
        service.call("PutExecution", request)
    assert request.SerializeToString(deterministic=True) == before


def test_calls_on_a_closed_service_are_refused(database_url: str) -> None:
    service = open_service(database_url)
    service.close()
    with pytest.raises(errors.FailedPreconditionError, match="closed"):
        service.call("GetArtifacts", rpc.GetArtifactsRequest())


def test_a_type_extended_by_another_server_is_seen_at_once(tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/shared.db"
    with open_service(url) as one, open_service(url) as other:
        type_id = put_artifact_type(one, "Model", a=3)
        assert put_artifacts(one, artifact(type_id, name="before"))
        put_artifact_type(other, "Model", a=3, b=1)
        node = artifact(type_id, name="after")
        node.properties["b"].int_value = 5
        (node_id,) = put_artifacts(one, node)
        assert get_artifacts(other, node_id)[0].properties["b"].int_value == 5
