"""Send a generated sequence of calls to a tracking server with MLflow's client, and write down what it answers.

    python calls.py http://127.0.0.1:5000 --seed 1 --calls 400 --kinds create_experiment,create_run,log_metric

runs in an environment that has MLflow's client, by path, and imports nothing of Lineal. It prints one line of JSON for
each call: `kind`, `arguments`, and `answer` or `error` (the code of the refusal) with `message`. Ids and times of the
clock have names (plain.py), so that the transcripts of two servers can be compared line by line.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import plain
from plan import KINDS, Made, Step, plan

os.environ |= {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
}

from mlflow import MlflowClient, entities, exceptions  # it reads the variables above

Call = Callable[..., Any]
READ = "GET "
"""The beginning of the kinds of calls that the client has no method for."""
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
    kinds = [kind for kind in given.kinds.split(",") if kind.startswith(READ) or hasattr(MlflowClient, kind)]
    steps = plan(given.seed, given.calls, kinds)
    output = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        for line in transcript(Server(given.uri, MlflowClient(given.uri)), steps):
            print(json.dumps(line, ensure_ascii=False), file=output)


def transcript(server: Server, steps: list[Step]) -> Iterator[dict[str, Any]]:
    """Make each call; yield a line for each."""
    ids = plain.Ids()
    made = {"create_experiment": 0, "create_run": 0}
    for step in steps:
        line = {"kind": step.kind, "arguments": shown(step.arguments, ids)}
        try:
            answer = send(server, step, ids)
        except exceptions.MlflowException as error:
            line |= {"error": error.error_code, "message": ids.text(error.message)}
        else:
            learn(ids, step.kind, made.get(step.kind, 0), answer)
            line["answer"] = shown(answer, ids)
        if step.kind in made:
            made[step.kind] += 1
        yield line


def send(server: Server, step: Step, ids: plain.Ids) -> Any:
    """Make a call."""
    arguments = _with_ids(step.arguments, ids)
    if step.kind.startswith(READ):
        pages = _read(f"{server.uri}/ajax-api/2.0/mlflow/{step.kind.removeprefix(READ)}", arguments)
        return [_by_run(page, ids) for page in pages] if step.kind in ORDERED_BY_ID else pages
    return SENDERS.get(step.kind, _send)(server.client, step.kind, **arguments)


def _with_ids(value: Any, ids: plain.Ids) -> Any:
    """Return arguments with ids in place of the names of what was made."""
    if isinstance(value, dict):
        return {key: _with_ids(one, ids) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_ids(one, ids) for one in value]
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


def _log_inputs(client: MlflowClient, kind: str, *, run_id: str, datasets: list[dict[str, Any]]) -> Any:
    """Log data sets given as plain data."""
    inputs = []
    for dataset in datasets:
        tags = [entities.InputTag(key, value) for key, value in dataset.pop("tags").items()]
        inputs.append(entities.DatasetInput(entities.Dataset(**dataset), tags))
    return client.log_inputs(run_id, inputs)


def _read(url: str, query: dict[str, Any]) -> list[list[Any]]:
    """Read points of metrics, and return each page until the last."""
    pages: list[list[Any]] = []
    token = ""
    while token or not pages:
        text = urllib.parse.urlencode({**query, "page_token": token} if token else query, doseq=True)
        try:
            with urllib.request.urlopen(f"{url}?{text}") as response:
                found = json.load(response)
        except urllib.error.HTTPError as error:
            raise exceptions.RestException(json.load(error)) from None
        pages.append(found.get("metrics", []))
        token = found.get("next_page_token", "")
    return pages


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
    "log_inputs": _log_inputs,
    "search_experiments": _all_pages,
    "search_runs": _all_pages,
}
"""What sends the calls that are more than a method with plain arguments."""


def learn(ids: plain.Ids, kind: str, number: int, answer: Any) -> None:
    """Remember the id of what a call has made."""
    if kind == "create_experiment":
        ids.learn("experiment", str(Made("experiment", number)), answer)
    elif kind == "create_run":
        ids.learn("run", str(Made("run", number)), answer.info.run_id)


def shown(value: Any, ids: plain.Ids) -> Any:
    """Return arguments or an answer as a transcript shows them."""
    if isinstance(value, entities.Experiment):
        return plain.experiment(value, ids)
    if isinstance(value, entities.Run):
        return plain.run(value, ids)
    if isinstance(value, entities.Metric):
        return plain.metric(value)
    if isinstance(value, dict):
        return {key: shown(one, ids) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [shown(one, ids) for one in value]
    if isinstance(value, str):
        return ids.experiment(ids.text(value))
    if isinstance(value, float):
        return plain.number(value)
    return str(value) if isinstance(value, Made) else value


if __name__ == "__main__":
    main()
