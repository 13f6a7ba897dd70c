"""Send a generated sequence of calls to a tracking server with MLflow's client, and write down what it answers.

    python calls.py http://127.0.0.1:5000 --seed 1 --calls 400 --kinds create_experiment,create_run,log_metric

runs in an environment that has MLflow's client, by path, and imports nothing of Lineal. It prints one line of JSON for
each call: `kind`, `arguments`, and `answer` or `error` (the code of the refusal) with `message`. Ids and times of the
clock have names (plain.py), so that the transcripts of two servers can be compared line by line.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import inspect
import json
import os
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import plain
from plans.models import OF_MODELS
from plans.sequence import KINDS, Step, plan
from plans.world import Joined, Made

os.environ |= {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}

import mlflow
import requests
from mlflow import MlflowClient, entities, exceptions, models  # it reads the variables above
from mlflow.entities import model_registry

Call = Callable[..., Any]
READ, POST = "GET ", "POST "
"""The beginnings of the kinds of calls that the client has no method for."""
WITHOUT = {"search_runs": "models"}
"""What answers of a call have from Lineal alone (docs/mlflow.md): the models that a run read."""
ORDERED_BY_ID = frozenset({"GET metrics/get-history-bulk"})
"""The calls that answer in the order of ids, which differs between servers."""


class Server(NamedTuple):
    """The server that is asked, and its client, which may be an older one that has fewer methods."""

    uri: str
    client: MlflowClient


def main() -> None:
    """Read the arguments, send the sequence and print the transcript."""
    parser = argparse.ArgumentParser(
        description="Print what a tracking server answers to a generated sequence of calls."
    )
    parser.add_argument("uri", help="the tracking URI of the server")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--kinds", default=",".join(KINDS), help="methods of the client, separated by commas")
    given = parser.parse_args()
    kinds = [kind for kind in given.kinds.split(",") if is_known(kind)]
    steps = plan(given.seed, given.calls, kinds)
    mlflow.set_tracking_uri(given.uri)  # clients before MLflow 3 find files by it alone
    output = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        for line in transcript(Server(given.uri, MlflowClient(given.uri)), steps):
            print(json.dumps(line, ensure_ascii=False), file=output)


def is_known(kind: str) -> bool:
    """Say whether the client has what a kind of call needs."""
    if kind.startswith((READ, POST)):
        return True
    needed = "create_logged_model" if kind.endswith(OF_MODELS) else kind
    return hasattr(MlflowClient, method_of(kind)) and hasattr(MlflowClient, needed)


def method_of(kind: str) -> str:
    """Return the method of the client that makes a kind of call."""
    return kind.removesuffix(OF_MODELS)


def transcript(server: Server, steps: list[Step]) -> Iterator[dict[str, Any]]:
    """Make each call; yield a line for each."""
    ids = plain.Ids()
    made = dict.fromkeys(MAKERS, 0)
    for step in steps:
        line = {"kind": step.kind, "arguments": shown(step.arguments, ids)}
        try:
            answer = send(server, step, ids)
        except exceptions.MlflowException as error:
            line |= {"error": error.error_code, "message": ids.text(error.message)}
        except requests.HTTPError as error:  # the client hands on what the artifact proxy answers
            line |= {"error": error.response.json()["error_code"], "message": ids.text(str(error))}
        except AttributeError as error:  # the client does not expect some answers, such as that there is no such prompt
            line |= {"error": type(error).__name__, "message": ids.text(str(error))}
        else:
            learn(ids, step.kind, made.get(step.kind, 0), answer)
            answer = ids.experiment(answer) if step.kind == "create_experiment" else answer
            line["answer"] = lessened(shown(answer, ids), WITHOUT.get(step.kind, ""))
        if step.kind in made:
            made[step.kind] += 1
        yield line


def lessened(answer: Any, name: str) -> Any:
    """Return an answer whose pages lack a field."""
    return [[{key: one[key] for key in one if key != name} for one in page] for page in answer] if name else answer


def send(server: Server, step: Step, ids: plain.Ids) -> Any:
    """Make a call."""
    arguments = _with_ids(step.arguments, ids)
    if step.kind.startswith(READ):
        pages = _read(f"{server.uri}/ajax-api/2.0/mlflow/{step.kind.removeprefix(READ)}", arguments)
        return [_by_run(page, ids) for page in pages] if step.kind in ORDERED_BY_ID else pages
    if step.kind.startswith(POST):
        return _post(f"{server.uri}/ajax-api/2.0/mlflow/{step.kind.removeprefix(POST)}", arguments, ids)
    return SENDERS.get(step.kind, _send)(server.client, method_of(step.kind), **arguments)


def _with_ids(value: Any, ids: plain.Ids) -> Any:
    """Return arguments with ids in place of the names of what was made."""
    if isinstance(value, dict):
        return {key: _with_ids(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_ids(one, ids) for one in value]
    if isinstance(value, Joined):
        return "".join(_with_ids(one, ids) for one in value.parts)
    return ids.of(value.what, str(value), value.number) if isinstance(value, Made) else value


def _send(client: MlflowClient, kind: str, **arguments: Any) -> Any:
    return getattr(client, kind)(**arguments)


def _log_batch(client: MlflowClient, kind: str, *, run_id: str, **lists: Any) -> Any:
    """Log a batch given as plain data."""
    return client.log_batch(
        run_id,
        metrics=[entities.Metric(**point) for point in lists["metrics"]],
        params=[entities.Param(*pair) for pair in lists["params"]],
        tags=[entities.RunTag(*pair) for pair in lists["tags"]],
    )


def _log_inputs(client: MlflowClient, kind: str, *, run_id: str, datasets: list[dict[str, Any]], **lists: Any) -> Any:
    """Log data sets given as plain data, and logged models given by their ids."""
    inputs = []
    for dataset in datasets:
        tags = [entities.InputTag(key, value) for key, value in dataset.pop("tags").items()]
        inputs.append(entities.DatasetInput(entities.Dataset(**dataset), tags))
    read = [entities.LoggedModelInput(model_id) for model_id in lists.get("models", ())]
    return client.log_inputs(run_id, inputs, read) if read else client.log_inputs(run_id, inputs)


def _log_outputs(client: MlflowClient, kind: str, *, run_id: str, models: list[dict[str, Any]]) -> Any:
    return client.log_outputs(run_id, [entities.LoggedModelOutput(**model) for model in models])


class _Described(models.Model):
    """The description of a model that a client of any version logs, as it is given."""

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__()
        self._fields = fields

    def to_json(self) -> str:
        return json.dumps(self._fields)

    def get_tags_dict(self) -> dict[str, Any]:
        return self._fields


def _download_artifacts(client: MlflowClient, kind: str, *, run_id: str, path: str) -> Any:
    """Download a file, and return its digest."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(client.download_artifacts(run_id, path, folder))
        return [str(found.relative_to(folder)), hashlib.sha256(found.read_bytes()).hexdigest()]


def _load_prompt(client: MlflowClient, kind: str, **arguments: Any) -> Any:
    """Load a prompt, and not one that the client remembers."""
    forgets = "cache_ttl_seconds" in inspect.signature(client.load_prompt).parameters
    return client.load_prompt(**arguments, **({"cache_ttl_seconds": 0} if forgets else {}))


def _log_model_artifact(client: MlflowClient, kind: str, *, model_id: str, name: str, text: str, **path: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, name).write_text(text)
        return client.log_model_artifact(model_id, str(Path(folder, name)), **path)


def _record_logged_model(client: MlflowClient, kind: str, *, run_id: str, model: dict[str, Any]) -> Any:
    return getattr(client, kind)(run_id, _Described(model))


def _read(url: str, query: dict[str, Any]) -> list[list[Any]]:
    """Read points of metrics, and return each page until the last."""
    pages: list[list[Any]] = []
    token = ""
    while token or not pages:
        text = urllib.parse.urlencode({**query, "page_token": token} if token else query, doseq=True)
        found = _loaded(urllib.request.Request(f"{url}?{text}"))
        pages.append(found.get("metrics", []))
        token = found.get("next_page_token", "")
    return pages


def _post(url: str, fields: dict[str, Any], ids: plain.Ids) -> list[Any]:
    """Send a request for data sets; return them with the names of their experiments."""
    headers = {"Content-Type": "application/json"}
    found = _loaded(urllib.request.Request(url, json.dumps(fields).encode(), headers))
    return [
        {**one, "experiment_id": ids.experiment(one["experiment_id"])} for one in found.get("dataset_summaries", [])
    ]


def _loaded(request: urllib.request.Request) -> Any:
    try:
        with urllib.request.urlopen(request) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise exceptions.RestException(json.load(error)) from None


def _by_run(points: list[dict[str, Any]], ids: plain.Ids) -> list[dict[str, Any]]:
    """Return points in the order of the names of their runs, and of each run in the order that they have."""
    return sorted(points, key=lambda point: ids.text(point["run_id"]))


def _all_pages(client: MlflowClient, kind: str, **arguments: Any) -> list[list[Any]]:
    """Search, and return each page until the last."""
    pages: list[list[Any]] = []
    token = None
    while token or not pages:
        page = getattr(client, kind)(**arguments, page_token=token)
        pages.append(list(page))
        token = page.token
    return pages


SENDERS: dict[str, Call] = {
    "log_batch": _log_batch,
    "log_batch" + OF_MODELS: _log_batch,
    "log_inputs": _log_inputs,
    "log_inputs" + OF_MODELS: _log_inputs,
    "log_outputs": _log_outputs,
    "download_artifacts": _download_artifacts,
    "load_prompt": _load_prompt,
    "log_model_artifact": _log_model_artifact,
    "_record_logged_model": _record_logged_model,
    "search_experiments": _all_pages,
    "search_runs": _all_pages,
    "search_logged_models": _all_pages,
    "search_registered_models": _all_pages,
    "search_model_versions": _all_pages,
    "search_prompts": _all_pages,
}
"""What sends the calls that are more than a method with plain arguments."""


MAKERS: dict[str, dict[str, Callable[[Any], str]]] = {
    "create_experiment": {"experiment": str},
    "create_run": {"run": lambda run: str(run.info.run_id), "files": lambda run: str(run.info.artifact_uri)},
    "create_logged_model": {"model": lambda model: str(model.model_id)},
}
"""The calls that make what later calls are about: what it is, and its id or place in the answer."""


def learn(ids: plain.Ids, kind: str, number: int, answer: Any) -> None:
    """Remember the id of what a call has made."""
    for what, id_of in MAKERS.get(kind, {}).items():
        ids.learn(what, str(Made(what, number)), id_of(answer))


SHOWN: list[tuple[Any, Callable[[Any, plain.Ids], Any]]] = [
    (entities.Experiment, plain.experiment),
    (entities.Run, plain.run),
    (entities.FileInfo, lambda value, _: [value.path, value.is_dir, value.file_size]),
    (entities.Metric, lambda value, _: plain.metric(value)),
    (getattr(entities, "LoggedModel", ()), plain.logged_model),
    (getattr(model_registry, "PromptVersion", ()), plain.prompt_version),
    (getattr(model_registry, "Prompt", ()), plain.prompt),  # in clients before MLflow 3, it is a version
    (model_registry.RegisteredModel, plain.registered_model),
    (model_registry.ModelVersion, plain.version),
]
"""How what the client answers is shown, by its class."""


def shown(value: Any, ids: plain.Ids) -> Any:
    """Return arguments or an answer as a transcript shows them."""
    for known, show in SHOWN:
        if isinstance(value, known):
            return show(value, ids)
    if isinstance(value, dict):
        return {key: shown(one, ids) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [shown(one, ids) for one in value]
    if isinstance(value, str):
        return plain.place(value, ids)
    if isinstance(value, float):
        return plain.number(value)
    return str(value) if isinstance(value, Made | Joined) else value


if __name__ == "__main__":
    main()
