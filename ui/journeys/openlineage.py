"""A model made from the shop of tests/openlineage, and a wide table; `openlineage.journey.ts` runs it.

Arguments: the database, and the address at which it is served. Prints the ids of the mart, of its run, of its job, of
the wide table, of the model, and of a data set and a run all of whose texts are markup.
"""

import sys

import httpx

import lineal
from kubeflow.metadata import metadata
from lineal.locations import joined
from lineal.openlineage.stored_form import job_external_id, run_external_id
from tests.openlineage import shop

url, address = sys.argv[1:]
WIDE = (shop.WAREHOUSE, "shop.main.wide")


def wide() -> dict:
    """Return a run that writes a table of 5,000 columns."""
    names = [f"feature_{number:04}" for number in range(5000)]
    fields = {name: {"inputFields": [shop.source(shop.SALES, "revenue")]} for name in names}
    own = shop.facets(
        schema={"fields": [{"name": name, "type": "double"} for name in names]}, columnLineage={"fields": fields}
    )
    data_sets = {"inputs": [shop.data_set(shop.SALES)], "outputs": [shop.data_set(WIDE, own)]}
    return shop.event("widen", "0190a3a4-0000-7000-8000-0000000000aa", "2026-11-28T05:00:00Z", **data_sets)


MARKUP, RUNS = """<img src=x onerror=alert(1)>"'<script>alert(2)</script>""", "javascript:alert(3)"
ODD = ("s3://odd", MARKUP)
NAMED = {"name": MARKUP, "type": MARKUP, "namespace": RUNS, "key": MARKUP, "value": MARKUP, "status": MARKUP}


def odd() -> dict:
    """Return a run all of whose texts are markup, or addresses that run something."""
    steps = {"namespace": ODD[0], "field": MARKUP, "transformations": [{**NAMED, "description": MARKUP}]}
    own = shop.facets(
        schema={"fields": [{**NAMED, "description": MARKUP, "fields": [NAMED]}]},
        documentation={"description": MARKUP, "contentType": "text/html"},
        ownership={"owners": [NAMED]},
        dataSource={"name": MARKUP, "uri": RUNS},
        symlinks={"identifiers": [NAMED]},
        storage={"storageLayer": MARKUP, "fileFormat": MARKUP},
        catalog={**NAMED, "framework": MARKUP, "warehouseUri": RUNS, "metadataUri": RUNS},
        lifecycleStateChange={"lifecycleStateChange": MARKUP, "previousIdentifier": NAMED},
        hierarchy={"hierarchy": [NAMED]},
        tags={"tags": [NAMED, {**NAMED, "field": MARKUP}]},
        columnLineage={"fields": {MARKUP: {"inputFields": [{**steps, "name": MARKUP}]}}},
    )
    check = {**NAMED, "assertion": MARKUP, "column": MARKUP, "success": False, "severity": MARKUP, "actual": MARKUP}
    used = shop.facets(dataQualityAssertions={"assertions": [check]})
    parent = {"run": {"runId": RUNS}, "job": NAMED}
    run = shop.facets(
        nominalTime={"nominalStartTime": MARKUP, "nominalEndTime": RUNS},
        processing_engine={"name": MARKUP, "version": MARKUP},
        externalQuery={"externalQueryId": MARKUP, "source": RUNS},
        executionParameters={"parameters": [NAMED]},
        errorMessage={"message": f"It broke: {MARKUP}", "programmingLanguage": MARKUP, "stackTrace": MARKUP},
        parent={**parent, "root": {**parent, "run": {"runId": MARKUP}}},
        test={"tests": [NAMED]},
        **{MARKUP: NAMED},
    )
    job = shop.facets(
        sql={"query": MARKUP, "dialect": MARKUP},
        sourceCode={"language": MARKUP, "sourceCode": MARKUP},
        sourceCodeLocation={"url": RUNS, "repoUrl": f"data:text/html,{MARKUP}", "path": MARKUP, "branch": MARKUP},
        jobType={"integration": MARKUP, "jobType": MARKUP},
    )
    data_sets = {"inputs": [shop.data_set(ODD, own, inputFacets=used)], "outputs": [shop.data_set(ODD, own)]}
    named = {"run_facets": run, "job_facets": job, **data_sets}
    return shop.event(MARKUP, "odd", "2026-11-28T06:00:00Z", "FAIL", **named)


with httpx.Client(base_url=address) as http:
    for event in [*shop.events(), wide(), odd()]:
        http.post("/api/v1/lineage", json=event).raise_for_status()

store = metadata.Store(url)
with metadata.Execution("train churn", metadata.Workspace(store, name="default")) as training:
    training.log_input(metadata.DataSet(joined(*shop.SALES), shop.SALES[1]))
    model = training.log_output(metadata.Model("s3://models/churn", "churn", version="v1"))
store.close()

with lineal.connect(url) as client:
    names = (shop.SALES, WIDE, ODD)
    [sales], [table], [marked] = (list(client.get_artifacts_by_uri(joined(*name))) for name in names)
    [odd_run] = client.get_executions_by_external_ids([run_external_id("default", "odd")])
    [run] = client.get_executions_by_external_ids([run_external_id("default", shop.NIGHT_RUN)])
    [job] = client.get_contexts_by_external_ids([job_external_id("default", "shop", "build_sales")])
    print(sales.id, run.id, job.id, table.id, model.id, marked.id, odd_run.id)
