"""Logging artifacts in the same call as their execution, where that is possible.

It is for artifacts that the service recognises by itself, and for stored ones. The others are logged one by one
(recording.py), as all are where a server does not have the call (LogExecution).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from lineal.sdk import artifact_lineage, ids
from lineal.sdk.executions.recording import Recorder, keep
from lineal.sdk.identity import is_same_version
from lineal.wire import lineage as lineage_pb
from lineal.wire import metadata_store as pb

Answers: TypeAlias = Sequence[lineage_pb.LogArtifactResponse]


class Sorted(NamedTuple):
    """Artifacts of an execution.

    Attributes:
        together: those that go with it, as the caller has them.
        messages: the same, as the call has them; index-aligned.
        alone: the others.

    """

    together: list[Any]
    messages: list[lineage_pb.LoggedArtifact]
    alone: list[Any]


def sort(recorder: Recorder, artifacts: Sequence[Any], event_type: pb.Event.Type) -> Sorted:
    """Tell which artifacts can be logged together with their execution.

    Raises:
        ValueError: as `Recorder.log`.

    """
    found = Sorted([], [], [])
    if len(artifacts) == 0 or getattr(recorder.client, "_log_execution", None) is None:
        return Sorted([], [], [*artifacts])
    for artifact in artifacts:
        message = _message(recorder, artifact)
        if message is None:
            found.alone.append(artifact)
        else:
            message.event.type = event_type
            found.together.append(artifact)
            found.messages.append(message)
    return found


def _message(recorder: Recorder, artifact: Any) -> lineage_pb.LoggedArtifact | None:
    said = ids.known(artifact) if ids.is_named(artifact) else getattr(artifact, "id", None)
    if said is not None:
        number = ids.number(said)
        return None if number is None else lineage_pb.LoggedArtifact(artifact_id=number)
    if getattr(artifact, "is_duplicated", None) is not is_same_version:
        return None
    return lineage_pb.LoggedArtifact(artifact=recorder.record(artifact))


def settle(recorder: Recorder, found: Sorted, answers: Answers) -> None:
    """Give logged artifacts their ids, and warn where the store keeps other values than those given."""
    for artifact, message, answer in zip(found.together, found.messages, answers, strict=True):
        if ids.is_named(artifact):
            continue
        if message.HasField("artifact"):
            artifact.id = answer.artifact_id
            if answer.HasField("stored"):
                keep(artifact, message.artifact, answer.stored)
        artifact_lineage.remember_home(artifact, recorder.client, recorder.workspace.name)
