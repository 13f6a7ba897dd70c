"""Train on a table with MLflow: `python train_mlflow.py TRACKING_URI TABLE_URI` prints the id of the model."""

import json
import sys

import mlflow
from mlflow.entities import Dataset, DatasetInput, InputTag, LoggedModelOutput
from mlflow.tracking import MlflowClient

tracking_uri, table = sys.argv[1:]
mlflow.set_tracking_uri(tracking_uri)
mlflow.set_experiment("demand")
with mlflow.start_run() as run:
    source = Dataset(name="demand_features", digest="d1", source_type="duckdb", source=json.dumps({"uri": table}))
    MlflowClient().log_inputs(run.info.run_id, [DatasetInput(source, [InputTag("mlflow.data.context", "training")])])
    model = mlflow.create_external_model(name="demand-forest", source_run_id=run.info.run_id)
    mlflow.log_outputs(models=[LoggedModelOutput(model.model_id, step=0)])
print(model.model_id)
