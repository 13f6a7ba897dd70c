"""The calls of lineal.v1.LifecycleService by name.

They delete what others have written, so only admins may call them, and they are always written to the audit log.
"""

from __future__ import annotations

from lineal.service.access import Role
from lineal.service.calls import METADATA_CALLS, Call
from lineal.upkeep.deletion import delete_nodes
from lineal.upkeep.retention import apply_retention

LIFECYCLE_CALLS: dict[str, Call] = {
    "DeleteNodes": Call(delete_nodes, writes=True, role=Role.ADMIN, is_audited=True),
    "ApplyRetention": Call(apply_retention, writes=True, role=Role.ADMIN, is_audited=True),
}

ALL_CALLS = METADATA_CALLS | LIFECYCLE_CALLS
"""Every RPC that a server and an embedded store answer."""
