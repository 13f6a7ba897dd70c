"""A model made from the shop of tests/openlineage, and a wide table; `openlineage.journey.ts` runs it.

Arguments: the database, and the address at which it is served. Prints the ids of the mart, of its run, of its job, of
the wide table and of the model.
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


with httpx.Client(base_url=address) as http:
    for event in [*shop.events(), wide()]:
        http.post("/api/v1/lineage", json=event).raise_for_status()

store = metadata.Store(url)
with metadata.Execution("train churn", metadata.Workspace(store, name="default")) as training:
    training.log_input(metadata.DataSet(joined(*shop.SALES), shop.SALES[1]))
    model = training.log_output(metadata.Model("s3://models/churn", "churn", version="v1"))
store.close()

with lineal.connect(url) as client:
    [sales], [table] = (list(client.get_artifacts_by_uri(joined(*name))) for name in (shop.SALES, WIDE))
    [run] = client.get_executions_by_external_ids([run_external_id("default", shop.NIGHT_RUN)])
    [job] = client.get_contexts_by_external_ids([job_external_id("default", "shop", "build_sales")])
    print(sales.id, run.id, job.id, table.id, model.id)
