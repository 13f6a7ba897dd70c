"""Which execution the catalogue says has made an artifact: the last that wrote it, in whatever way it says so."""

from __future__ import annotations

import pytest

from lineal.catalogue import Asked, Catalogue
from lineal.kinds import ARTIFACT
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.service.requests import artifact, put_artifact_type, put_execution_type


@pytest.mark.parametrize("event_type", [number for number in pb.Event.Type.values() if number])
def test_an_execution_has_made_what_it_wrote_and_not_what_it_read(event_type: pb.Event.Type) -> None:
    with open_service("sqlite://") as service:
        request = rpc.PutExecutionRequest(execution=pb.Execution(type_id=put_execution_type(service), name="run"))
        request.artifact_event_pairs.add(
            artifact=artifact(put_artifact_type(service), name="thing"), event=pb.Event(type=event_type)
        )
        service.call("PutExecution", request)
        [row] = Catalogue(service).page(Asked(ARTIFACT), order="id", columns="", limit=1, cursor="").items

    assert (row.made_by is not None) == pb.Event.Type.Name(event_type).endswith("OUTPUT")
