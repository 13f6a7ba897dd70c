"""Writing an execution: a new one, once, even if the answer of the store is lost, and changes of a stored one.

Artifacts go along in the same call where that is possible (together.py). What stays out: what is written, and when
(execution.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from google.protobuf.field_mask_pb2 import FieldMask

from lineal import errors
from lineal.client import ListOptions, MetadataStore
from lineal.sdk import filters
from lineal.sdk.executions.recording import Recorder
from lineal.sdk.executions.together import Sorted
from lineal.sdk.retry import retrying
from lineal.wire import lineage as lineage_pb
from lineal.wire import metadata_store as pb


class Created(NamedTuple):
    """A new execution.

    Attributes:
        execution_id: its id.
        answers: what became of the artifacts that went with it; None if they are still to be logged.

    """

    execution_id: int
    answers: Sequence[lineage_pb.LogArtifactResponse] | None = None


def create(recorder: Recorder, record: pb.Execution, inputs: Sorted) -> Created:
    """Store an execution, its membership of the workspace and its inputs in one call, as far as that is possible."""
    client, workspace = recorder.client, recorder.workspace
    context = pb.Context(type_id=workspace.type_id, name=workspace.name)
    if inputs.messages:
        request = lineage_pb.LogExecutionRequest(execution=record, context=context, artifacts=inputs.messages)
        answer = _sent(recorder, request)
        if answer is not None:
            is_whole = len(answer.artifacts) == len(inputs.messages)
            return Created(answer.execution_id, answer.artifacts if is_whole else None)
    return Created(retrying(lambda: _put(client, record, context), written=lambda: _find_written(client, record)))


def update(
    recorder: Recorder, record: pb.Execution, paths: Sequence[str], outputs: Sorted
) -> Sequence[lineage_pb.LogArtifactResponse] | None:
    """Change fields of a stored execution and log its outputs in one call.

    Returns:
        What became of the outputs; None if nothing was written, because the server does not have the call or does not
        take one of the artifacts.

    """
    workspace = recorder.workspace
    request = lineage_pb.LogExecutionRequest(
        execution=record,
        update_mask=FieldMask(paths=paths),
        context=pb.Context(type_id=workspace.type_id, name=workspace.name),
        artifacts=outputs.messages,
    )
    answer = _sent(recorder, request)
    return None if answer is None else answer.artifacts


def _sent(recorder: Recorder, request: lineage_pb.LogExecutionRequest) -> lineage_pb.LogExecutionResponse | None:
    def lost() -> lineage_pb.LogExecutionResponse | None:
        """Look for a new execution whose answer was lost; an update is sent again without harm."""
        if request.execution.HasField("id"):
            return None
        written = _find_written(recorder.client, request.execution)
        return None if written is None else lineage_pb.LogExecutionResponse(execution_id=written)

    try:
        return retrying(lambda: recorder.client._log_execution(request), written=lost)
    except errors.InvalidArgumentError:  # one of the artifacts is wrong; logging them one by one finds which
        return None


def _put(client: MetadataStore, record: pb.Execution, context: pb.Context) -> int:
    execution_id, _, _ = client.put_execution(record, [], [context], reuse_context_if_already_exist=True)
    return int(execution_id)


def _find_written(client: MetadataStore, record: pb.Execution) -> int | None:
    """Return the id that a write with a lost answer left behind: the one of this workspace and this moment."""
    made_now = filters.property_equals("create_time", record.properties["create_time"].string_value)
    options = ListOptions(filter_query=f"type_id = {record.type_id} AND {made_now}")
    found = client.get_executions(options)
    return next((stored.id for stored in found if _holds(stored, record)), None)


def _holds(stored: pb.Execution, record: pb.Execution) -> bool:
    return dict(stored.properties) == dict(record.properties) and dict(stored.custom_properties) == dict(
        record.custom_properties
    )
