"""What to store for an object that is gone unseen, if the store does not hold the object either.

That is so with `--no-objects`, and for an object that was too large to be stored. What is stored of it stays, and only
its end is added. What stays out: objects that the store holds; the handlers read those again.
"""

from __future__ import annotations

from lineal import errors
from lineal.client import MetadataStore
from lineal.watch.handlers import Seen
from lineal.watch.kinds.times import WATCHER
from lineal.watch.kinds.workload import FINAL
from lineal.watch.records import ArtifactRecord, ExecutionRecord, Records
from lineal.wire import metadata_store as pb

_IDENTITY = frozenset({"apiVersion", "kind", "metadata"})


def is_identity_alone(seen: Seen) -> bool:
    """Tell whether no more is known of an object than its name."""
    return seen.object.keys() <= _IDENTITY


def end_unseen(store: MetadataStore, seen: Seen) -> Records:
    """Return the stored artifact of an object as DELETED, and its execution as ended.

    Raises:
        StatusError: the store cannot be read.

    """
    try:
        artifacts = store.get_artifacts_by_external_ids([seen.external_id])
    except errors.NotFoundError:
        return Records()
    try:
        executions = store.get_executions_by_external_ids([seen.external_id])
    except errors.NotFoundError:
        executions = []
    return Records(
        artifacts=tuple(_deleted(artifact, seen) for artifact in artifacts),
        executions=tuple(_ended(execution, seen) for execution in executions),
    )


def _deleted(artifact: pb.Artifact, seen: Seen) -> ArtifactRecord:
    return ArtifactRecord(
        type_name=seen.resource.type_name,
        external_id=seen.external_id,
        uri=artifact.uri,
        state="DELETED",
        properties={"last_update": seen.time},
    )


def _ended(execution: pb.Execution, seen: Seen) -> ExecutionRecord:
    """Return the execution with an end, unless it has one."""
    workload = seen.resource.workload
    state = pb.Execution.State.Name(execution.last_known_state)
    over = state in FINAL
    return ExecutionRecord(
        type_name=seen.resource.type_name,
        external_id=seen.external_id,
        state=state if over else "COMPLETE" if workload and workload.serves else "CANCELED",
        base_type=workload.base_type if workload else "PROCESS",
        first_properties={} if over else {"end_time": seen.time, "end_time_from": WATCHER},
    )
