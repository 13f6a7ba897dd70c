"""A DAG with data sets, one task of which fails."""

from datetime import datetime

from airflow.providers.common.compat.openlineage.facet import Dataset
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Asset

RECEIPTS = Dataset(namespace="postgres://till:5432", name="bakery.till.receipts")
LOAVES = Dataset(namespace="s3://oven", name="loaves")

with DAG("oven_night", start_date=datetime(2026, 3, 1), schedule=None, tags=["bakery"]) as dag:
    load = BashOperator(
        task_id="load", bash_command="true", inlets=[Asset("file:///srv/receipts.csv")], outlets=[RECEIPTS]
    )
    bake = BashOperator(task_id="bake", bash_command="true", inlets=[RECEIPTS], outlets=[LOAVES])
    burn = BashOperator(task_id="burn", bash_command="exit 1", inlets=[LOAVES])
    load >> bake >> burn
