"""What a database of MLflow holds that is not imported, counted by what it is called.

A table that is in none of the lists here is named too, so nothing stays behind in silence. What stays out: what is
refused one by one, such as a key that is too long (lineal/mlflow/importing).
"""

from __future__ import annotations

import sqlalchemy as sa

from lineal.importing.reading import Reading

_READ = (
    "experiments", "experiment_tags", "runs", "params", "tags", "metrics", "datasets", "inputs", "input_tags",
    "logged_models", "logged_model_metrics", "logged_model_params", "logged_model_tags", "registered_models",
    "registered_model_tags", "registered_model_aliases", "model_versions", "model_version_tags",
)  # fmt: skip
_DERIVED = (
    "alembic_version", "latest_metrics", "workspaces", "job_locks", "scheduler_leases",
    "sql_trace_rollup_rebuild_queue", "sql_trace_metric_daily_rollups", "sql_span_cost_daily_rollups",
    "sql_assessment_daily_rollups",
)  # fmt: skip
"""Tables that follow from others, or that only a running server needs."""
_PARTS = (
    "trace_tags", "trace_request_metadata", "trace_metrics", "span_metrics", "spans", "evaluation_dataset_tags",
    "evaluation_dataset_records", "entity_associations", "webhook_events", "scorer_versions", "endpoint_model_mappings",
    "endpoint_bindings", "endpoint_tags", "model_definitions", "guardrail_configs", "review_queue_users",
    "review_queue_items", "review_queue_label_schemas", "mcp_server_versions", "mcp_server_tags",
    "mcp_server_version_tags", "mcp_server_aliases", "mcp_access_endpoints", "online_scoring_configs",
)  # fmt: skip
"""Tables with parts of what is in `CALLED`."""
CALLED = {
    "trace_info": "traces",
    "assessments": "assessments of traces",
    "evaluation_datasets": "evaluation data sets",
    "webhooks": "webhooks",
    "scorers": "scorers",
    "secrets": "secrets of the gateway",
    "endpoints": "endpoints of the gateway",
    "guardrails": "guardrails of the gateway",
    "budget_policies": "budgets of the gateway",
    "jobs": "jobs",
    "issues": "issues of experiments",
    "label_schemas": "label schemas",
    "review_queues": "review queues",
    "mcp_servers": "MCP servers",
}
"""What the rows of tables that are not imported are called."""


def counted(reading: Reading) -> dict[str, int]:
    """Return how many things that are not imported there are, by what they are called."""
    found = {called: reading.count(table) for table, called in CALLED.items()}
    known = {*_READ, *_DERIVED, *_PARTS, *CALLED}
    for name in sorted(reading.tables.names - known):
        found[f"rows of the table {name}, which Lineal does not know"] = reading.count(name)
    found["runs whose experiment is missing"] = _orphans(reading)
    found["data sets that no run read"] = _unused(reading)
    if reading.tables.has("logged_models", "status_message"):
        said = reading.tables.table("logged_models").c.status_message.is_not(None)
        found["status messages of logged models"] = reading.count("logged_models", said)
    return {called: count for called, count in found.items() if count}


def _orphans(reading: Reading) -> int:
    experiments, runs = reading.tables.table("experiments"), reading.tables.table("runs")
    known = sa.select(experiments.c.experiment_id)
    return reading.count("runs", sa.or_(runs.c.experiment_id.is_(None), runs.c.experiment_id.not_in(known)))


def _unused(reading: Reading) -> int:
    if not reading.tables.has("datasets"):
        return 0
    data_sets, inputs = reading.tables.table("datasets"), reading.tables.table("inputs")
    used = sa.select(inputs.c.source_id).where(inputs.c.source_type == "DATASET")
    return reading.count("datasets", data_sets.c.dataset_uuid.not_in(used))
