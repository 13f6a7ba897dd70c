"""Writing a new execution, once, even if the answer of the store is lost.

What stays out: what is written, and when (run.py).
"""

from __future__ import annotations

from lineal.client import ListOptions, MetadataStore
from lineal.sdk import filters
from lineal.sdk.retry import retrying
from lineal.wire import metadata_store as pb


def create(client: MetadataStore, record: pb.Execution, workspace: pb.Context) -> int:
    """Store an execution and its membership of a workspace in one call, and return its id."""
    return retrying(lambda: _put(client, record, workspace), written=lambda: _find_written(client, record))


def _put(client: MetadataStore, record: pb.Execution, workspace: pb.Context) -> int:
    named = pb.Context(type_id=workspace.type_id, name=workspace.name)
    execution_id, _, _ = client.put_execution(record, [], [named], reuse_context_if_already_exist=True)
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
