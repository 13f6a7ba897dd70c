"""What a database of Kubeflow Pipelines holds that is not imported, counted by what it is called.

A table that is in none of the lists here is named too, so nothing stays behind in silence.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from lineal.importing.reading import Reading

_READ = ("run_details", "tasks", "artifacts", "artifact_tasks", "run_metrics", "experiments", "pipelines")
_DERIVED = ("db_statuses", "default_experiments", "resource_references", "tasks_pre_migration", "mlmd_id_map")
"""Tables that follow from others, or that only the API server and its migrations need."""
_MORE_DERIVED = (
    *("migration_status", "migration_statuses", "execution_caches", "db_status", "driver_task_stops"),
    *("artifact_write_identities", "recurring_run_states", "recurring_run_adoptions"),
)
CALLED = {
    "jobs": "recurring runs",
    "job_tags": "tags of recurring runs",
    "pipeline_versions": "versions of pipelines",
    "pipeline_tags": "tags of pipelines",
    "pipeline_version_tags": "tags of versions of pipelines",
}
"""What the rows of tables that are not imported are called."""


def counted(reading: Reading, namespaces: Sequence[str]) -> dict[str, int]:
    """Return how many things that are not imported there are, by what they are called."""
    found = {called: reading.count(table) for table, called in CALLED.items()}
    known = {*_READ, *_DERIVED, *_MORE_DERIVED, *CALLED}
    for name in sorted(reading.tables.names - known):
        found[f"rows of the table {name}, which Lineal does not know"] = reading.count(name)
    found["tasks whose run is missing"] = _orphans(reading, "tasks")
    found["links whose run is missing"] = _orphans(reading, "artifact_tasks")
    if namespaces:
        column = reading.tables.table("run_details").c.Namespace
        found["runs in other namespaces"] = reading.count("run_details", column.not_in(list(namespaces)))
    return {called: count for called, count in found.items() if count}


def _orphans(reading: Reading, name: str) -> int:
    runs, table = reading.tables.table("run_details"), reading.tables.table(name)
    return reading.count(name, table.c.RunUUID.not_in(sa.select(runs.c.UUID)))
