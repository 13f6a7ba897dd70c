"""Events for tests, and what posts them."""

from __future__ import annotations

from typing import Any

import httpx

ONE = "/api/v1/lineage"
BATCH = "/api/v1/lineage/batch"
RUN = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"


def event(run_id: str = "a-run", **members: Any) -> dict[str, Any]:
    """Return an event about a run that reads one data set and writes another."""
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-31T12:00:00.000Z",
        "producer": "https://example.org/tests",
        "schemaURL": RUN,
        "run": {"runId": run_id},
        "job": {"namespace": "tests", "name": "etl"},
        "inputs": [{"namespace": "s3://lake", "name": f"raw/{run_id}"}],
        "outputs": [{"namespace": "postgres://db:5432", "name": f"x.public.{run_id}"}],
        **members,
    }


def problem_of(response: httpx.Response, status: int) -> dict[str, Any]:
    """Return the problem that a response describes."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["status"] == status
    return found


def runs(client: httpx.Client) -> list[str]:
    """Return the external ids of the runs that the caller sees."""
    listed = client.get("/api/v1/executions", params={"limit": 100}).json()["items"]
    return sorted(each["external_id"] for each in listed)
