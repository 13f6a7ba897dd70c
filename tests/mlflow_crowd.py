"""Clients of MLflow's interface that log at once, and what must be there afterwards: all that was acknowledged, once.

All log to one run and register versions of one model; each has a run, data sets and models of its own as well. What
stays out: which server, and what happens to it meanwhile.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

EXPERIMENT, REGISTERED = "crowd", "churn"
SHARED_ALIAS = "newest"
ATTEMPTS = 60
KEPT = 20
Fields = dict[str, Any]


class ServerGoneError(Exception):
    """The server does not answer: whether the last call was stored is unknown."""


class Client:
    """A client of a server, which repeats calls that are answered with 503, as MLflow's own does.

    Attributes:
        is_patient: whether calls without an answer are repeated as well.
        again: how often a call was answered with 503.
        unanswered: how many calls without an answer were repeated.
    """

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=120)
        self.is_patient = False
        self.again = self.unanswered = 0

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, call: str, **fields: Any) -> Fields:
        """Read something that is there."""
        return self._read(self._http.get(f"/api/2.0/mlflow/{call}", params=fields))

    def post(self, call: str, method: str = "POST", **fields: Any) -> Fields:
        """Make a call that must succeed; it is sent again while the server asks for that."""
        return self._read(self.send(call, method, **fields))

    def send(self, call: str, method: str = "POST", **fields: Any) -> httpx.Response:
        """Make a call, and return the answer, whatever it is but 503.

        Raises:
            ServerGoneError: there is no answer.
        """
        for _ in range(ATTEMPTS):
            try:
                response = self._http.request(method, f"/api/2.0/mlflow/{call}", json=fields)
            except httpx.TransportError as error:
                if not self.is_patient:
                    raise ServerGoneError(str(error)) from error
                self.unanswered += 1
            else:
                if response.status_code != 503:
                    return response
                self.again += 1
            time.sleep(random.uniform(0, 0.2))
        raise AssertionError(f"{call} had no answer but 503 after {ATTEMPTS} attempts")

    def _read(self, response: httpx.Response) -> Fields:
        assert response.status_code == 200, f"{response.request.url}: {response.status_code} {response.text[:500]}"
        found: Fields = response.json()
        return found


@dataclass
class Place:
    """Where a crowd logs: the ids of its experiment and of the run that all have."""

    experiment_id: str
    run_id: str


def prepared(client: Client) -> Place:
    """Make what the clients share."""
    experiment_id = client.post("experiments/create", name=EXPERIMENT)["experiment_id"]
    run = client.post("runs/create", experiment_id=experiment_id, run_name="shared")["run"]["info"]["run_id"]
    client.post("registered-models/create", name=REGISTERED)
    return Place(experiment_id, run)


@dataclass
class Logged:
    """What was acknowledged to a client, by the ids of runs.

    Attributes:
        params: keys and values.
        tags: keys and values.
        points: the name, the value, the time and the step of each point of a metric.
        inputs: names of data sets.
        outputs: ids of logged models.
        versions: numbers of versions of the registered model.
        aliases: of which version each alias is that no other client sets.
        runs: ids of the client's own runs.
        last: the last calls that were acknowledged: their names and fields.
        unsure: the call that may have been stored or not.
    """

    params: dict[str, dict[str, str]] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    points: dict[str, list[tuple[str, float, int, int]]] = field(default_factory=dict)
    inputs: dict[str, set[str]] = field(default_factory=dict)
    outputs: dict[str, list[str]] = field(default_factory=dict)
    versions: list[int] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    last: deque[tuple[str, Fields]] = field(default_factory=lambda: deque(maxlen=KEPT))
    unsure: tuple[str, Fields] | None = None


class Member:
    """One client of a crowd.

    Attributes:
        logged: what it has logged so far.
    """

    def __init__(self, client: Client, place: Place, number: int) -> None:
        self._client = client
        self._place = place
        self._number = number
        self.logged = Logged()

    def start(self) -> None:
        """Create a run of its own inside the shared one."""
        tags = [{"key": "mlflow.parentRunId", "value": self._place.run_id}]
        created = self._post("runs/create", experiment_id=self._place.experiment_id, tags=tags)
        self.logged.runs.append(created["run"]["info"]["run_id"])

    def log(self, number: int) -> None:
        """Log one round of everything but models, to the shared run and to its own."""
        for run in (self._place.run_id, self.logged.runs[-1]):
            mark = f"{self._number}.{number}"
            self._param(run, f"a{mark}", mark)
            self._tag(run, f"b{mark}", mark)
            self._point(run, "shared", self._number * 1000 + number)
            self._batch(run, mark, number)
            self._input(run, f"of all {number}")
            self._input(run, f"of {mark}")

    def register(self, number: int) -> None:
        """Log a model, measure it, and make a version of the registered model from it that has an alias."""
        run = self.logged.runs[-1]
        given = {"experiment_id": self._place.experiment_id, "name": f"m{number}", "source_run_id": run}
        model_id = self._post("logged-models", **given)["model"]["info"]["model_id"]
        self._post(f"logged-models/{model_id}", "PATCH", status="LOGGED_MODEL_READY")
        for each in (run, self._place.run_id):
            self._post("runs/outputs", run_id=each, models=[{"model_id": model_id, "step": number}])
            self.logged.outputs.setdefault(each, []).append(model_id)
            self._measure(each, model_id, self._number * 1000 + number)
        source = f"models:/{model_id}"
        made = self._post("model-versions/create", name=REGISTERED, source=source, model_id=model_id)
        version = made["model_version"]["version"]
        self.logged.versions.append(int(version))
        own = f"of{self._number}"
        for alias in (SHARED_ALIAS, own):
            self._post("registered-models/alias", name=REGISTERED, alias=alias, version=version)
        self.logged.aliases[own] = version

    def end(self) -> None:
        """Finish its own run."""
        self._post("runs/update", run_id=self.logged.runs[-1], status="FINISHED", end_time=9)

    def _measure(self, run: str, model_id: str, step: int) -> None:
        point = {"key": "auc", "value": 0.5, "timestamp": 1, "step": step}
        measured = {**point, "model_id": model_id, "dataset_name": "of all 0", "dataset_digest": "1"}
        self._post("runs/log-batch", run_id=run, metrics=[measured])
        self.logged.points.setdefault(run, []).append(("auc", 0.5, 1, step))

    def _param(self, run: str, key: str, value: str) -> None:
        self._post("runs/log-parameter", run_id=run, key=key, value=value)
        self.logged.params.setdefault(run, {})[key] = value

    def _tag(self, run: str, key: str, value: str) -> None:
        self._post("runs/set-tag", run_id=run, key=key, value=value)
        self.logged.tags.setdefault(run, {})[key] = value

    def _point(self, run: str, key: str, step: int) -> None:
        self._post("runs/log-metric", run_id=run, key=key, value=step / 8, timestamp=step, step=step)
        self.logged.points.setdefault(run, []).append((key, step / 8, step, step))

    def _batch(self, run: str, mark: str, number: int) -> None:
        step = self._number * 1000 + number
        metrics = [{"key": f"c{each}", "value": step, "timestamp": 1, "step": step} for each in range(5)]
        pair = {"key": f"d{mark}", "value": mark}
        self._post("runs/log-batch", run_id=run, metrics=metrics, params=[pair], tags=[pair])
        self.logged.params.setdefault(run, {})[pair["key"]] = mark
        self.logged.tags.setdefault(run, {})[pair["key"]] = mark
        self.logged.points.setdefault(run, []).extend((f"c{each}", step, 1, step) for each in range(5))

    def _input(self, run: str, name: str) -> None:
        data_set = {"name": name, "digest": "1", "source_type": "local", "source": "s3://b/d"}
        tags = [{"key": "mlflow.data.context", "value": "training"}]
        self._post("runs/log-inputs", run_id=run, datasets=[{"dataset": data_set, "tags": tags}])
        self.logged.inputs.setdefault(run, set()).add(name)

    def _post(self, call: str, method: str = "POST", **fields: Any) -> Fields:
        self.logged.unsure = (call, fields)
        found = self._client.post(call, method, **fields)
        self.logged.unsure = None
        self.logged.last.append((call, fields))
        return found


def at_once(work: Callable[[int], None], number: int) -> None:
    """Do a piece of work in as many threads, which begin together; the first error of one is raised."""
    meeting, raised = threading.Barrier(number), list[BaseException]()

    def run(index: int) -> None:
        try:
            meeting.wait(60)
            work(index)
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


def check_runs(client: Client, members: Sequence[Logged]) -> None:
    """Require that every run has what was acknowledged, and nothing twice."""
    for run_id in sorted({run_id for member in members for run_id in (*member.params, *member.points)}):
        run = client.get("runs/get", run_id=run_id)["run"]
        for kind in ("params", "tags"):
            stored = _once([(each["key"], each["value"]) for each in run["data"].get(kind, [])])
            expected = {pair for member in members for pair in getattr(member, kind).get(run_id, {}).items()}
            assert expected <= stored, (kind, run_id, expected - stored)
        data_sets = _once([each["dataset"]["name"] for each in run["inputs"].get("dataset_inputs", [])])
        assert {name for member in members for name in member.inputs.get(run_id, ())} <= data_sets
        outputs = _once([each["model_id"] for each in run["outputs"].get("model_outputs", [])])
        assert {each for member in members for each in member.outputs.get(run_id, ())} <= outputs
        check_models(client, outputs)
        check_points(client, run_id, {each for member in members for each in member.points.get(run_id, ())})


def check_models(client: Client, ids: set[str]) -> None:
    """Require that logged models have no point of a metric twice."""
    for model_id in ids:
        data = client.get(f"logged-models/{model_id}")["model"].get("data", {})
        _once([(each["key"], each["run_id"], each["step"], each["timestamp"]) for each in data.get("metrics", [])])


def check_points(client: Client, run_id: str, expected: set[tuple[str, float, int, int]]) -> None:
    """Require that a run has these points of metrics, each once."""
    for key in {each[0] for each in expected}:
        history = client.get("metrics/get-history", run_id=run_id, metric_key=key).get("metrics", [])
        stored = _once([(each["key"], each["value"], each["timestamp"], each["step"]) for each in history])
        assert {each for each in expected if each[0] == key} <= stored, (run_id, key)


def check_versions(client: Client, members: Sequence[Logged]) -> None:
    """Require that the versions have the numbers from 1 on, each once, and that each alias is of the right one."""
    found = client.get("model-versions/search", filter=f"name = '{REGISTERED}'", max_results=1000)
    numbers = sorted(int(each["version"]) for each in found.get("model_versions", []))
    assert numbers == [*range(1, len(numbers) + 1)]
    assert _once([number for member in members for number in member.versions]) <= set(numbers)
    model = client.get("registered-models/get", name=REGISTERED)["registered_model"]
    _once([each["alias"] for each in model.get("aliases", [])])
    held = {each["alias"]: each["version"] for each in model.get("aliases", [])}
    for member in members:
        unsure = member.unsure[1].get("version") if member.unsure else None
        assert all(held[alias] in (version, unsure) for alias, version in member.aliases.items()), member.aliases
        assert SHARED_ALIAS in held or not member.aliases


def _once(found: Sequence[Any]) -> set[Any]:
    twice = [each for each, count in Counter(found).items() if count > 1]
    assert not twice, f"there twice: {twice[:10]}"
    return set(found)
