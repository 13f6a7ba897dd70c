"""The run ids of executions: the same for an execution whenever it is asked for, so that receivers can join events."""

from __future__ import annotations

import re
import uuid

from lineal.wire import metadata_store as pb

_RECEIVED = re.compile(r"openlineage:[^:]*:run:(.+)", re.DOTALL)
_DIGEST = re.compile(r"[0-9a-f]{64}")


def run_id_of(execution: pb.Execution, store_id: str) -> str:
    """Return the id of the run that an execution is.

    A run that came as OpenLineage keeps its id. Any other execution gets a UUID of version 5, which is made from the id
    of the store and the execution's external id, or its id if it has none.
    """
    received = _RECEIVED.fullmatch(execution.external_id)
    if received and not _DIGEST.fullmatch(received[1]):
        return received[1]
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"lineal:{store_id}/{execution.external_id or execution.id}"))
