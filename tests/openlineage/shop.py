"""The events of a small shop: tables of a database become a staging table and a mart, each night, and are checked."""

from __future__ import annotations

from typing import Any

PRODUCER = "https://shop.example/pipelines"
SOURCE, WAREHOUSE = "postgres://db.example:5432", "duckdb:///w/shop.duckdb"
ORDERS, CUSTOMERS = (SOURCE, "shop.public.orders"), (SOURCE, "shop.public.customers")
STAGED, SALES = (WAREHOUSE, "shop.main.stg_orders"), (WAREHOUSE, "shop.main.sales")
SQL = "select customer_id, sum(amount) as revenue\nfrom stg_orders -- <b>not markup</b>\nwhere status = 'paid'"
STAGING_RUN, FAILED_RUN, NIGHT_RUN = (f"0190a3a4-0000-7000-8000-{number:012}" for number in (1, 2, 9))
Facets = dict[str, dict[str, Any]]


def facets(**named: dict[str, Any]) -> Facets:
    """Facets with what each must have."""
    common = {"_producer": PRODUCER, "_schemaURL": "https://openlineage.io/spec/facets/1-0-0/Facet.json"}
    return {name: {**common, **content} for name, content in named.items()}


def data_set(name: tuple[str, str], own: Facets | None = None, **uses: Facets) -> dict[str, Any]:
    """A data set; `uses` are inputFacets or outputFacets."""
    return {"namespace": name[0], "name": name[1], "facets": own or {}, **uses}


def event(job: str, run: str, time: str, kind: str = "COMPLETE", **rest: Any) -> dict[str, Any]:
    """An event of a run; `run_facets`, `job_facets`, `inputs` and `outputs` are what it says."""
    return {
        "eventType": kind,
        "eventTime": time,
        "producer": PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "run": {"runId": run, "facets": rest.get("run_facets", {})},
        "job": {"namespace": "shop", "name": job, "facets": rest.get("job_facets", {})},
        "inputs": rest.get("inputs", []),
        "outputs": rest.get("outputs", []),
    }


def source(
    name: tuple[str, str], field: str, kind: str = "DIRECT", how: str = "IDENTITY", **more: Any
) -> dict[str, Any]:
    """A column from which another one comes."""
    done = {"type": kind, "subtype": how, **more}
    return {"namespace": name[0], "name": name[1], "field": field, "transformations": [done]}


_ORDERS_SCHEMA = facets(
    schema={
        "fields": [
            {"name": "id", "type": "bigint"},
            {"name": "amount", "type": "numeric", "description": "In euros"},
            {"name": "address", "type": "struct", "fields": [{"name": "city", "type": "text"}]},
        ]
    },
    ownership={"owners": [{"name": "team:sales", "type": "MAINTAINER"}]},
    documentation={"description": "All orders of the shop.\n<script>alert(1)</script>"},
    symlinks={"identifiers": [{"namespace": "hive://meta:9083", "name": "shop.orders", "type": "TABLE"}]},
    storage={"storageLayer": "heap", "fileFormat": "pages"},
    tags={"tags": [{"key": "pii", "value": "yes", "field": "address"}, {"key": "tier", "value": "gold"}]},
    shop_internal={"shelf": 7},
)
_STAGED_FACETS = facets(
    schema={"fields": [{"name": name, "type": "text"} for name in ("order_id", "amount", "status")]},
    columnLineage={
        "fields": {
            "order_id": {"inputFields": [source(ORDERS, "id")]},
            "amount": {"inputFields": [source(ORDERS, "amount")]},
        }
    },
)
_SALES_FACETS = facets(
    schema={"fields": [{"name": name, "type": "text"} for name in ("customer", "revenue")]},
    columnLineage={
        "fields": {
            "customer": {"inputFields": [source(CUSTOMERS, "email", how="TRANSFORMATION", masking=True)]},
            "revenue": {"inputFields": [source(STAGED, "amount", how="AGGREGATION", description="sum(amount)")]},
        },
        "dataset": [source(STAGED, "status", "INDIRECT", "FILTER")],
    },
)


def _staging() -> dict[str, Any]:
    return event(
        "stage_orders",
        STAGING_RUN,
        "2026-11-28T01:00:00Z",
        inputs=[data_set(ORDERS, _ORDERS_SCHEMA, inputFacets=facets(inputStatistics={"rowCount": 120, "size": 4096}))],
        outputs=[data_set(STAGED, _STAGED_FACETS, outputFacets=facets(outputStatistics={"rowCount": 118}))],
        run_facets=facets(
            nominalTime={"nominalStartTime": "2026-11-28T00:00:00Z"},
            processing_engine={"name": "duckdb", "version": "2.0"},
        ),
    )


def _mart(run: str, time: str) -> dict[str, Any]:
    return event(
        "build_sales",
        run,
        time,
        inputs=[data_set(STAGED), data_set(CUSTOMERS)],
        outputs=[data_set(SALES, _SALES_FACETS)],
        job_facets=facets(
            sql={"query": SQL, "dialect": "duckdb"},
            documentation={"description": "Revenue of each customer"},
            sourceCodeLocation={"type": "git", "url": "https://git.example/shop/sales.sql", "branch": "main"},
        ),
        run_facets=facets(parent={"run": {"runId": STAGING_RUN}, "job": {"namespace": "shop", "name": "stage_orders"}}),
    )


def _checks() -> dict[str, Any]:
    checks = [
        {"assertion": "not_null", "success": True, "column": "revenue"},
        {"assertion": "unique", "success": False, "column": "revenue", "actual": "3", "severity": "warn"},
        {"assertion": "row_count", "success": True, "name": "enough rows"},
    ]
    measured = {
        "rowCount": 40,
        "columnMetrics": {
            "revenue": {"nullCount": 2, "distinctCount": 37, "min": 1.5, "max": 990, "quantiles": {"0.5": 9}}
        },
    }
    quality = facets(dataQualityAssertions={"assertions": checks}, dataQualityMetrics=measured)
    return event(
        "check_sales",
        "0190a3a4-0000-7000-8000-000000000003",
        "2026-11-28T03:00:00Z",
        inputs=[data_set(SALES, inputFacets=quality)],
    )


def _failure() -> dict[str, Any]:
    error = {"message": "disk full: <img src=x>", "programmingLanguage": "PYTHON", "stackTrace": "Traceback\n  line 1"}
    return event(
        "load",
        FAILED_RUN,
        "2026-11-28T04:00:00Z",
        "FAIL",
        job_facets=facets(sourceCodeLocation={"type": "git", "url": "javascript:alert(1)"}),
        run_facets=facets(errorMessage=error),
    )


def explicit(job: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """A run whose job says its lineage itself."""
    return event(job, f"run-of-{job}", "2026-11-28T05:00:00Z", job_facets=facets(lineage={"entries": entries}))


def events() -> list[dict[str, Any]]:
    """All events, in the order of their times."""
    return [
        _staging(),
        _mart("0190a3a4-0000-7000-8000-000000000004", "2026-11-27T02:00:00Z"),
        _mart(NIGHT_RUN, "2026-11-28T02:00:00Z"),
        _checks(),
        _failure(),
    ]
