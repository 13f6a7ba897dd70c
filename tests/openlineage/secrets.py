"""An event with a secret in every facet that may hold one."""

from __future__ import annotations

from typing import Any

PLANTED = tuple(f"hunter{number}xq7w" for number in range(1, 17))
"""The secrets, none of which may be stored."""
_MARKS = {"_producer": "https://example.org/tests", "_schemaURL": "https://example.org/facet.json"}


def _facet(**members: Any) -> dict[str, Any]:
    return {**_MARKS, **members}


def event_with_secrets(run_id: str = "a-run") -> dict[str, Any]:
    """Return the event."""
    secrets = iter(PLANTED)

    def secret() -> str:
        return next(secrets)

    run = {
        "environmentVariables": _facet(environmentVariables=[{"name": "DB_PASSWORD", "value": secret()}]),
        "spark_properties": _facet(properties={"spark.hadoop.fs.s3a.secret.key": secret(), "spark.master": "local"}),
        "executionParameters": _facet(parameters=[{"key": "api_token", "value": secret()}]),
        "errorMessage": _facet(
            message=f"no login at postgres://etl:{secret()}@db/x", stackTrace=f"password={secret()}"
        ),
        "parent": _facet(run={"runId": "p"}, job={"namespace": f"postgres://etl:{secret()}@db", "name": "dag"}),
        "externalQuery": _facet(externalQueryId="1", source=f"snowflake://me:{secret()}@account"),
        "acme_custom": _facet(inner=[{"connection": {"password": secret()}}], flags=["--password", secret()]),
    }
    job = {
        "sql": _facet(query=f"create user etl identified by '{secret()}'"),
        "sourceCode": _facet(language="python", sourceCode=f'connect(\n    password="{secret()}",\n)'),
        "sourceCodeLocation": _facet(type="git", url=f"https://me:{secret()}@git.example.org/x.git"),
        "documentation": _facet(description=f"log in with password: {secret()}"),
    }
    data_set = {
        "dataSource": _facet(name="db", uri=f"postgres://etl:{secret()}@db:5432/x"),
        "symlinks": _facet(identifiers=[{"namespace": f"hive://me:{secret()}@h", "name": "a.b", "type": "TABLE"}]),
    }
    namespace = f"postgres://etl:{secret()}@db:5432"
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-31T12:00:00Z",
        "producer": "https://example.org/tests",
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run_id, "facets": run},
        "job": {"namespace": "tests", "name": "etl", "facets": job},
        "inputs": [{"namespace": namespace, "name": "x.public.people", "facets": data_set}],
        "outputs": [{"namespace": "s3://lake", "name": "people"}],
    }
