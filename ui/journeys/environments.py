"""Store two trainings that ran in different environments, and print the ids of their executions and models.

python ui/journeys/environments.py URL
"""

from __future__ import annotations

import json
import sys

from kubeflow.metadata import metadata
from lineal.wire import metadata_store as pb

_PACKAGES = {f"package-{number}": f"1.{number}" for number in range(40)}
_BOTH = {"env.user": "ann", "env.command": "python -m churn.train --lr 0.1 --api-key ***", "git.branch": "main"}
_FIRST = {"git.commit": "9f2c1d" + "0" * 34, "env.python": "3.12.1", "env.host": "oven-1"}
_SECOND = {"git.commit": "77ab3e" + "0" * 34, "env.python": "3.11.7", "env.host": "oven-2"}
_OLD = {"scikit-learn": "1.8.0", "numpy": "2.4.1", "lightgbm": "4.7.0"}
_NEW = {"scikit-learn": "1.9.1", "numpy": "2.4.1", "xgboost": "3.2.0"}


def _train(workspace: metadata.Workspace, version: str, texts: dict[str, str], packages: dict[str, str]) -> list[int]:
    with metadata.Execution("train", workspace) as training:
        model = training.log_output(metadata.Model(f"s3://models/churn/{version}", "churn", version=version))
    if version == "2":
        model.promote("production")
    [stored] = workspace.store.get_executions_by_id([training.id])
    for name in [name for name in stored.custom_properties if name.startswith(("git.", "env.", "__environment"))]:
        del stored.custom_properties[name]
    for name, text in {**_BOTH, **texts, "param.lr": f"0.{version}", "param.depth": "7"}.items():
        stored.custom_properties[name].string_value = text
    missing = {"image": "LINEAL_IMAGE is not set, and a container does not know its image"}
    environment = {"packages": {**_PACKAGES, **packages}, "platform": "Linux-6.18-x86_64", "missing": missing}
    stored.custom_properties["__environment__"].string_value = json.dumps(environment)
    stored.custom_properties["git.dirty"].bool_value = version == "2"
    stored.custom_properties["env.peak_mib"].double_value = 812.5
    workspace.store.put_executions([pb.Execution.FromString(stored.SerializeToString())])
    return [training.id, model.id]


def _main(url: str) -> None:
    store = metadata.Store(url)
    workspace = metadata.Workspace(store, "churn")
    ids = [*_train(workspace, "1", _FIRST, _OLD), *_train(workspace, "2", _SECOND, _NEW)]
    store.close()
    print(*ids)


if __name__ == "__main__":
    _main(sys.argv[1])
