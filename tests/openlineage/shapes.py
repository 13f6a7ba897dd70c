"""Events in the shapes in which Airflow, Spark, dbt, Flink, Hive and Dagster send them, of a shop of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PRODUCER = "https://shop.example/pipelines"
_CORE = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs"
Given = dict[str, Any]


def facet(**content: Any) -> Given:
    """A facet with what each must have."""
    return {"_producer": PRODUCER, "_schemaURL": "https://openlineage.io/spec/facets/1-0-0/Facet.json", **content}


def data_set(
    namespace: str, name: str, facets: Mapping[str, Given] | None = None, **uses: Mapping[str, Given]
) -> Given:
    """A data set; `uses` are inputFacets or outputFacets."""
    return {"namespace": namespace, "name": name, "facets": dict(facets or {}), **uses}


def run_event(
    type_: str | None,
    time: str,
    run: str,
    job: str | tuple[str, str],
    *,
    inputs: Sequence[Given] = (),
    outputs: Sequence[Given] = (),
    run_facets: Mapping[str, Given] | None = None,
    job_facets: Mapping[str, Given] | None = None,
) -> Given:
    """An event of a run, at a time of day such as "08:00:01.5"."""
    namespace, name = job if isinstance(job, tuple) else ("shop", job)
    return {
        **({} if type_ is None else {"eventType": type_}),
        "eventTime": f"2026-03-01T{time}Z",
        "producer": PRODUCER,
        "schemaURL": f"{_CORE}/RunEvent",
        "run": {"runId": run, "facets": dict(run_facets or {})},
        "job": {"namespace": namespace, "name": name, "facets": dict(job_facets or {})},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def job_event(
    time: str, job: str, *, inputs: Sequence[Given] = (), outputs: Sequence[Given] = (), **facets: Given
) -> Given:
    """An event about a job."""
    return {
        "eventTime": f"2026-03-01T{time}Z",
        "producer": PRODUCER,
        "schemaURL": f"{_CORE}/JobEvent",
        "job": {"namespace": "shop", "name": job, "facets": facets},
        "inputs": list(inputs),
        "outputs": list(outputs),
    }


def data_set_event(time: str, given: Given) -> Given:
    """An event about a data set."""
    return {
        "eventTime": f"2026-03-01T{time}Z",
        "producer": PRODUCER,
        "schemaURL": f"{_CORE}/DatasetEvent",
        "dataset": given,
    }


def run_id(number: int) -> str:
    """The id of a run."""
    return f"0190a3a4-0000-7000-8000-{number:012}"


def parent(run: str, job: str | tuple[str, str], root: tuple[str, str] | None = None) -> Given:
    """The facet that names a parent, and perhaps a root as (run, job)."""
    namespace, name = job if isinstance(job, tuple) else ("shop", job)
    of = {"run": {"runId": run}, "job": {"namespace": namespace, "name": name}}
    top = {"root": {"run": {"runId": root[0]}, "job": {"namespace": "shop", "name": root[1]}}} if root else {}
    return facet(**of, **top)


def columns(*names: str) -> Given:
    """A schema."""
    return facet(fields=[{"name": name, "type": "text"} for name in names])


def version(text: str) -> dict[str, Given]:
    """The facet that says a version."""
    return {"version": facet(datasetVersion=text)}


DB, LAKE, DUCK = "postgres://db.shop.example:5432", "s3://lake", "duckdb:///w/shop.duckdb"
ORDERS = data_set(
    DB, "shop.public.orders", {"schema": columns("id", "amount"), "dataSource": facet(name="shop", uri=DB)}
)


def airflow() -> list[Given]:
    """A run of a DAG with two tasks; the task events race with those of the DAG."""
    dag, extract, load = run_id(1), run_id(2), run_id(3)
    nominal = facet(nominalStartTime="2026-03-01T08:00:00Z", nominalEndTime="2026-03-01T09:00:00Z")
    kind = {"jobType": facet(processingType="BATCH", integration="AIRFLOW", jobType="TASK")}
    engine = {"processing_engine": facet(name="Airflow", version="3.1.0")}
    inside = {"parent": parent(dag, "nightly", (dag, "nightly")), **engine}
    staged = data_set(LAKE, "staging/orders", {"storage": facet(storageLayer="s3", fileFormat="parquet")})
    return [
        run_event("START", "08:00:00", dag, "nightly", run_facets={"nominalTime": nominal, **engine}),
        run_event("START", "08:00:01", extract, "nightly.extract", run_facets=inside, job_facets=kind),
        run_event(
            "COMPLETE",
            "08:01:00",
            extract,
            "nightly.extract",
            run_facets=inside,
            inputs=[ORDERS],
            outputs=[staged],
            job_facets={**kind, "sql": facet(query="select * from orders", dialect="postgres")},
        ),
        run_event("START", "08:01:01", load, "nightly.load", run_facets=inside),
        run_event(
            "FAIL",
            "08:02:00",
            load,
            "nightly.load",
            inputs=[staged],
            run_facets={
                **inside,
                "errorMessage": facet(message="disk full", programmingLanguage="py", stackTrace="at"),
            },
        ),
        run_event("FAIL", "08:02:01", dag, "nightly", run_facets={"nominalTime": nominal}),
    ]


def spark() -> list[Given]:
    """An application whose job is `unknown` at first, and an action that starts and ends twice."""
    app, action = run_id(11), run_id(12)
    told = {"parent": parent(app, ("spark", "sales_report"))}
    early = {"parent": parent(app, ("spark", "unknown"))}
    table = data_set(
        LAKE,
        "warehouse/sales",
        {"symlinks": facet(identifiers=[{"namespace": "hive://meta:9083", "name": "shop.sales", "type": "TABLE"}])},
    )
    by_name = data_set("hive://meta:9083", "shop.sales", {"documentation": facet(description="Sales by day")})
    read = data_set(LAKE, "staging/orders", {"schema": columns("id", "amount")})
    written = {**table, "outputFacets": {"outputStatistics": facet(rowCount=12, size=3456)}}
    return [
        run_event("START", "09:00:00", app, ("spark", "unknown")),
        run_event(
            "RUNNING",
            "09:00:01",
            app,
            ("spark", "sales_report"),
            run_facets={"spark_properties": facet(properties={"spark.master": "yarn"})},
        ),
        run_event("START", "09:00:02", action, ("spark", "sales_report.append"), run_facets=early, inputs=[read]),
        run_event("START", "09:00:02.5", action, ("spark", "sales_report.append.sales"), run_facets=told),
        run_event(
            "RUNNING",
            "09:00:03",
            action,
            ("spark", "sales_report.append.sales"),
            run_facets=told,
            inputs=[data_set("s3a://lake", "staging/orders/")],
            outputs=[table],
        ),
        run_event(
            "COMPLETE", "09:00:05", action, ("spark", "sales_report.append.sales"), run_facets=told, outputs=[written]
        ),
        run_event("COMPLETE", "09:00:06", action, ("spark", "sales_report.append.sales"), run_facets=told),
        run_event("COMPLETE", "09:01:00", app, ("spark", "sales_report")),
        run_event("START", "09:02:00", run_id(13), ("spark", "reader"), inputs=[by_name]),
    ]


_STAGED = data_set(
    DUCK,
    "shop.main.stg_orders",
    {
        "schema": columns("id", "amount"),
        "documentation": facet(description="Orders, cleaned"),
        "ownership": facet(owners=[{"name": "team:sales"}, {"name": "ann"}]),
    },
)
_AMOUNT = {"inputFields": [{"namespace": DUCK, "name": "shop.main.stg_orders", "field": "amount"}]}
_SALES = data_set(DUCK, "shop.main.sales", {"columnLineage": facet(fields={"amount": _AMOUNT})})
_ASSERTIONS = [
    {"assertion": "not_null", "success": False, "column": "id"},
    {"assertion": "unique", "success": True, "column": "id"},
]
_CHECKED = {"dataQualityAssertions": facet(assertions=_ASSERTIONS)}


def dbt() -> list[Given]:
    """A build: a wrapper, two models and a test; all start before the first one ends."""
    wrapper = run_id(21)
    inside = {"parent": parent(wrapper, ("dbt", "dbt-run-shop")), "tags": facet(tags=[{"key": "env", "value": "ci"}])}
    models: list[tuple[str, Given]] = [
        ("shop.main.shop.stg_orders.build.run", {"inputs": [ORDERS], "outputs": [_STAGED]}),
        ("shop.main.shop.sales.build.run", {"inputs": [_STAGED], "outputs": [_SALES]}),
        (
            "shop.main.shop.stg_orders.build.test",
            {"inputs": [{**_STAGED, "facets": _CHECKED, "inputFacets": _CHECKED}]},
        ),
    ]
    return [
        run_event("START", "10:00:00", wrapper, ("dbt", "dbt-run-shop")),
        *[
            run_event(type_, f"10:00:{seconds}{number}", run_id(21 + number), ("dbt", job), run_facets=inside, **parts)
            for type_, seconds in (("START", 0), ("COMPLETE", 1))
            for number, (job, parts) in enumerate(models, 1)
        ],
        run_event("COMPLETE", "10:01:00", wrapper, ("dbt", "dbt-run-shop")),
    ]


def flink() -> list[Given]:
    """A streaming job that stops, starts again and never ends, with versions of a table."""
    run, kind = run_id(31), {"jobType": facet(processingType="STREAMING", integration="FLINK")}
    topic = data_set("kafka://broker:9092", "orders")

    def table(number: int | None, **told: Given) -> Given:
        return data_set(
            LAKE,
            "live/orders",
            {} if number is None else version(str(number)),
            outputFacets={"outputStatistics": facet(rowCount=number or 1), **told},
        )

    return [
        run_event("START", "11:00:00", run, ("flink", "live"), job_facets=kind, inputs=[topic]),
        run_event("RUNNING", "11:01:00", run, ("flink", "live"), outputs=[table(None, subset=facet(x=1))]),
        run_event("RUNNING", "11:02:00", run, ("flink", "live"), outputs=[table(7)]),
        run_event("COMPLETE", "11:03:00", run, ("flink", "live")),
        run_event("START", "11:04:00", run, ("flink", "live"), job_facets=kind),
        run_event("RUNNING", "11:05:00", run, ("flink", "live"), outputs=[table(8), table(7)]),
        run_event("OTHER", "11:06:00", run, ("flink", "live"), inputs=[table(None)]),
    ]


HIVE = "hive://meta:9083"


def hive() -> list[Given]:
    """Queries, one event each; the last three runs are parents of each other, and so are their jobs."""

    def table(name: str, change: str, **more: Any) -> Given:
        return data_set(HIVE, name, {"lifecycleStateChange": facet(lifecycleStateChange=change, **more)})

    created = table("shop.orders_hive", "CREATE")
    renamed = table("shop.orders_new", "RENAME", previousIdentifier={"namespace": HIVE, "name": "shop.orders_hive"})
    dropped = table("shop.orders_new", "DROP")
    renamed["facets"]["schema"], dropped["facets"]["schema"] = columns("id"), facet(_deleted=True)
    inside = {
        job: {"parent": parent(f"query_{number}", ("hive", other))}
        for job, number, other in (("one", 5, "two"), ("two", 6, "three"), ("three", 4, "one"))
    }
    return [
        run_event("COMPLETE", "12:00:00", "query_1", ("hive", "create"), inputs=[ORDERS], outputs=[created]),
        run_event("COMPLETE", "12:01:00", "query_2", ("hive", "rename"), inputs=[created], outputs=[renamed]),
        run_event("COMPLETE", "12:02:00", "query_3", ("hive", "drop"), outputs=[dropped]),
        run_event("FAIL", "12:03:00", "query_4", ("hive", "one"), run_facets=inside["one"]),
        run_event("ABORT", "12:03:00", "query_4", ("hive", "one")),
        run_event(None, "12:04:00", "query_5", ("hive", "two"), run_facets=inside["two"]),
        run_event("START", "12:05:00", "query_6", ("hive", "three"), run_facets=inside["three"]),
    ]


def dagster() -> list[Given]:
    """Jobs and data sets that are declared without a run, with the lineage that they name."""
    orders = {"namespace": LAKE, "name": "staging/orders", "type": "DATASET"}
    entry = {
        "namespace": LAKE,
        "name": "declared/sales",
        "type": "DATASET",
        "inputs": [orders],
        "fields": {"amount": {"inputs": [{**orders, "field": "amount"}]}},
    }
    return [
        job_event(
            "13:00:00",
            "assets",
            inputs=[ORDERS],
            ownership=facet(owners=[{"name": "bob"}]),
            sourceCodeLocation=facet(type="git", url="https://git.shop.example/assets.py", version="abc"),
        ),
        job_event("13:00:01", "assets", lineage=facet(entries=[entry])),
        data_set_event(
            "13:00:02",
            data_set(
                LAKE,
                "declared/view",
                {
                    "lineage": facet(inputs=[orders]),
                    "tags": facet(
                        tags=[{"key": "tier", "value": "gold"}, {"key": "pii", "value": "yes", "field": "id"}]
                    ),
                },
            ),
        ),
        run_event("START", "13:00:03", run_id(41), "assets", run_facets={"parent": parent(run_id(40), "never_told")}),
    ]


SHAPES = {each.__name__: each for each in (airflow, spark, dbt, flink, hive, dagster)}
