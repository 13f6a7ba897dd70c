"""The records in the pictures of README.md: a model for digits in six versions.

`front.journey.ts` runs it on an empty store.
"""

import sys

from kubeflow.metadata import metadata

TRAINED = {
    "1": ("perceptron", 0.9121, 0.312),
    "2": ("perceptron", 0.9264, 0.268),
    "3": ("convolutional", 0.9713, 0.094),
    "4": ("convolutional", 0.9847, 0.051),
    "5": ("transformer", 0.9902, 0.036),
    "6": ("transformer", 0.9931, 0.028),
}
STAGES = {"5": "production", "6": "test"}

store = metadata.Store(sys.argv[1])
workspace = metadata.Workspace(store, name="digits")
with metadata.Execution("prepare", workspace) as prepare:
    prepare.log_input(metadata.DataSet("s3://digits/scans", "scans", version="2026-03"))
    digits = prepare.log_output(metadata.DataSet("s3://digits/train", "digits", version="v3"))
    holdout = prepare.log_output(metadata.DataSet("s3://digits/holdout", "holdout", version="v3"))
for version, (kind, accuracy, loss) in TRAINED.items():
    run = metadata.Run(workspace, name=f"round {version}")
    with metadata.Execution("train", workspace, run) as training:
        training.log_input(digits)
        if kind == "transformer":
            training.log_input(metadata.Model("s3://models/strokes", "strokes-encoder", version="2"))
        labels = {"team": "vision", "stage": STAGES.get(version, "retired")}
        model = metadata.Model(
            f"s3://models/digits/{version}", "digits", version=version, model_type=kind, labels=labels
        )
        training.log_output(model)
    with metadata.Execution("evaluate", workspace, run) as evaluation:
        evaluation.log_input(model)
        evaluation.log_input(holdout)
        values = {"accuracy": accuracy, "loss": loss}
        scores = metadata.Metrics(f"s3://models/digits/{version}/scores", "scores", model_id=model, values=values)
        evaluation.log_output(scores)
    if labels["stage"] == "production":
        model.promote("production")
        with metadata.Execution("serve", workspace, run) as serving:
            serving.log_input(model)
print(workspace.get_by_alias("digits", "production")["id"])
store.close()
