"""The audit log, for tests of what is written to it."""

from __future__ import annotations

from typing import Any

from lineal.service import MetadataService
from lineal.store.upkeep import audit as audit_rows
from lineal.store.upkeep.audit import AuditFilter, AuditRow


def audit_entries(service: MetadataService, **wanted: Any) -> list[AuditRow]:
    """Return entries of the log, the oldest first."""
    return service.read(lambda session, _: audit_rows.page(session, AuditFilter(**wanted), before=None, limit=999))[
        ::-1
    ]
