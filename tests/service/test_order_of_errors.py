"""The first error of a request in its own order is the one that is answered, also if statements travel together."""

from __future__ import annotations

import pytest

from lineal import errors
from lineal.service import MetadataService
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc
from tests.service.requests import artifact, put_artifact_type, put_context_type, put_execution_type


def test_a_name_that_a_database_refuses_in_a_query_comes_after_what_is_before_it(service: MetadataService) -> None:
    type_id, execution_type_id = put_artifact_type(service), put_execution_type(service)
    context = pb.Context(type_id=put_context_type(service), name="with\0NUL")
    request = rpc.PutExecutionRequest(execution=pb.Execution(type_id=execution_type_id), contexts=[context])
    request.artifact_event_pairs.add(artifact=artifact(type_id, id=1000))
    request.options.reuse_context_if_already_exist = True

    for _ in range(2):  # the first time, the type is not known yet
        with pytest.raises(errors.InvalidArgumentError, match="artifact with id 1000 does not exist"):
            service.call("PutExecution", request)
